package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits that are enough for the command, but not for Rustyrun's own processes. Needs root. */
class SmallLimitsIT {

    private static final long ADDRESS_SPACE = 20_000_000;
    private static final String SHOW = "grep -E '^Max %s ' /proc/self/limits";

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static Launcher.Result run(List<String> options, String... command) {
        List<String> words = new ArrayList<>(options);
        words.add("--command");
        words.addAll(List.of(command));
        return Launcher.run(words.toArray(String[]::new));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @ParameterizedTest
    @CsvSource({
        "as=20000000:20000000, address space",
        "data=2000000:2000000, data size",
        "stack=131072:131072, stack size",
        "cpu=2:2, cpu time",
        "nproc=1:1, processes",
        "nofile=5:5, open files",
        "memlock=0:0, locked memory",
        "core=0:0, core file size"
    })
    void the_command_has_limits_that_no_stage_could_live_with(String limit, String name) {
        String[] command = {"/bin/sh", "-c", "exec " + SHOW.formatted(name)};
        for (List<String> options :
                List.of(List.<String>of(), List.of("--trace"), List.of("--user", "1000", "--trace"))) {
            List<String> all = new ArrayList<>(options);
            all.addAll(List.of("--ulimit", limit));
            String out = run(all, command).expect(0).out();
            String value = limit.replaceFirst(".*:", "");
            assertTrue(out.matches("Max " + name + " +" + value + " +" + value + " .*\n"), out);
        }
    }

    @Test
    void a_command_that_may_write_no_file_starts() {
        for (List<String> options : List.of(List.of("--trace"), List.of("--init"))) {
            List<String> all = new ArrayList<>(options);
            all.addAll(List.of("--ulimit", "fsize=0"));
            run(all, "/bin/sh", "-c", "[ $(ulimit -f) = 0 ] && exit 7").expect(7);
        }
    }

    @NativeOnly("a JVM starts the command under the limits: it cannot be copied")
    @Test
    void a_command_behind_a_reaper_starts_under_small_limits() {
        for (String limit : List.of("as=20000000", "nproc=1", "nofile=3", "fsize=0", "stack=131072")) {
            run(List.of("--init", "--user", "1000", "--trace", "--ulimit", limit), "/bin/sh", "-c", "exit 7")
                    .expect(7);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_filter_that_forbids_to_set_limits_comes_after_them() throws Exception {
        Path profile = Files.writeString(folder.resolve("profile"), """
                {"defaultAction": "SCMP_ACT_ALLOW",
                 "syscalls": [{"names": ["prlimit64", "setrlimit"], "action": "SCMP_ACT_ERRNO"}]}
                """);
        String out = run(
                        List.of("--seccomp", profile.toString(), "--ulimit", "nofile=100:200"),
                        "/bin/sh",
                        "-c",
                        SHOW.formatted("open files"))
                .expect(0)
                .out();
        assertTrue(out.matches("(?s)Max open files +100 +200 .*"), out);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void arguments_that_exceed_a_limit_are_named_with_the_limit() {
        String half = "x".repeat(100_000);
        for (String[] limit : new String[][] {{"stack=65536", "RLIMIT_STACK"}, {"as=20000", "RLIMIT_AS"}}) {
            Launcher.Result result =
                    run(List.of("--ulimit", limit[0]), "/bin/echo", half, half).expect(126);
            String line = result.err();
            assertTrue(line.contains("execve(\"/bin/echo\"): E2BIG (Argument list too long)"), line);
            assertTrue(line.endsWith("the command's limits leave no room for it: raise " + limit[1] + "\n"), line);
            assertEquals(1, line.lines().count());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_missing_command_is_reported_as_missing_under_any_limits() {
        for (String limit : List.of("as=20000000", "as=0", "data=0", "nofile=0", "fsize=0")) {
            for (String command : List.of("nothing", "/nothing")) {
                List<String> options = List.of("--user", "1000", "--ulimit", limit);
                run(options, command).expect(127).errorLine();
            }
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_command_that_the_kernel_ends_before_it_begins_has_the_status_that_runc_gives_it() {
        // execve(2) has passed the point where it could return an error; man 2 execve: "a signal is sent to the
        // process".
        assertEquals(
                "", run(List.of("--ulimit", "as=0"), "/bin/true").expect(139).err());
    }

    @Test
    void a_bundle_is_run_created_started_and_joined() throws Exception {
        String show = SHOW.formatted("address space");
        try (OciBundle bundle = new OciBundle("/bin/sh", "-c", show + "; sleep 600")) {
            bundle.editProcess(process -> {
                ObjectNode limit = process.withArray("rlimits").addObject();
                limit.put("type", "RLIMIT_AS").put("soft", ADDRESS_SPACE).put("hard", ADDRESS_SPACE);
            });
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            bundle.awaitStatus("box", "running");
            if (Launcher.isNative()) {
                Launcher.Result joined =
                        bundle.rustyrun("exec", "box", "/bin/sh", "-c", show).expect(0);
                assertTrue(joined.out().contains(" " + ADDRESS_SPACE + " "), joined.out());
            }
            bundle.editProcess(process -> {
                process.remove("args");
                process.withArray("args").add("/bin/sh").add("-c").add(show);
            });
            Launcher.Result run = bundle.rustyrun(
                            "run", "--bundle", bundle.directory().toString(), "other")
                    .expect(0);
            assertTrue(run.out().contains(" " + ADDRESS_SPACE + " "), run.out());
        }
    }
}
