package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Cgroups made by a real systemd, which runs as PID 1 in namespaces of its own. */
class SystemdCgroupIT {

    @BeforeAll
    static void root() {
        Launcher.requireRoot();
    }

    @NativeOnly("exec, and launches of an ordinary user")
    @Test
    void limits_updates_and_ends_agree_with_systemd() {
        for (String program : List.of("/lib/systemd/systemd", "/usr/bin/dbus-daemon", "/usr/bin/python3")) {
            Assumptions.assumeTrue(Files.exists(Path.of(program)), program + " is not installed");
        }
        Path base = Launcher.baseDirectory().toAbsolutePath();
        Host.State before = Host.state();
        Launcher.Result result = Launcher.execute(
                List.of(
                        base.resolve("src/test/scripts/boot-systemd").toString(),
                        base.resolve("src/test/vm/systemd-checks").toString(),
                        Launcher.command().get(0),
                        Launcher.busybox().toString()),
                "");
        assertTrue(
                result.out().strip().endsWith(" 0 failed"),
                () -> result.out()
                                .lines()
                                .filter(line -> !line.startsWith("ok "))
                                .toList()
                        + result.err());
        assertEquals(0, result.exitCode());
        assertTrue(result.out().contains("ok    podman: nothing is left"), result.out());
        assertEquals(before, Host.state(), "that systemd changes nothing outside");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void without_systemd_the_error_is_one_line() throws Exception {
        Assumptions.assumeFalse(Files.exists(Path.of("/run/systemd/system")), "systemd runs here");
        try (OciBundle bundle = new OciBundle("true")) {
            for (List<String> option : List.of(List.of("--systemd-cgroup"), List.of("--cgroup-manager", "systemd"))) {
                List<String> words = new ArrayList<>(option);
                words.addAll(List.of("run", "--bundle", bundle.directory().toString(), "box"));
                String line =
                        bundle.rustyrun(words.toArray(String[]::new)).expect(1).errorLine();
                assertTrue(line.contains("systemd does not run here"), line);
                assertFalse(bundle.rustyrun("list", "-q").expect(0).out().contains("box"), "the container is removed");
            }
        }
    }
}
