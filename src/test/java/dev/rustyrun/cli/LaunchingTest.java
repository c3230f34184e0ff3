package dev.rustyrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaunchingTest {

    @ParameterizedTest
    @CsvSource({
        "run --rootfs x true,true",
        "create box,true",
        "exec box ls,true",
        "--root /r create box,true",
        "--log /l --log-format json --debug exec box ls,true",
        "--log-format=json run b,true",
        "run,false",
        "state box,false",
        "--root run state box,false",
        "run --help,false",
        "--version,false",
        "list,false",
        "--root,false",
        "--cgroup-manager cgroupfs run box,true",
        "--cgroup-manager run list,false",
        "-v run box,false",
        "run -v a:b box,true"
    })
    void a_stage_starts_early_for_what_launches_something(String words, boolean launches) {
        assertEquals(launches, Launching.commandOf(words.split(" ")).isPresent());
    }
}
