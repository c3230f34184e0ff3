package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Exit statuses of {@code run}. Needs root. */
class ExitStatusIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_exit_status_of_the_command_is_passed_on() {
        Launcher.sh("exit 0").expect(0);
        Launcher.sh("exit 1").expect(1);
        Launcher.sh("exit 42").expect(42);
        Launcher.sh("exit 255").expect(255);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_command_ended_by_a_signal_gives_128_plus_the_signal() {
        // The shell must not be PID 1, which ignores its own signals; with --init it is not.
        Launcher.run("--init", "--command", "/bin/sh", "-c", "kill -TERM $$").expect(143);
        Launcher.run("--init", "--command", "/bin/sh", "-c", "kill -KILL $$").expect(137);
        Launcher.run("--init", "--command", "/bin/sh", "-c", "kill -SEGV $$").expect(139);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_missing_command_gives_127() {
        Launcher.Result absolute = Launcher.run("--command", "/bin/nowhere").expect(127);
        assertTrue(absolute.errorLine().contains("/bin/nowhere does not exist in the container"), absolute.err());
        Launcher.Result named = Launcher.run("--command", "nowhere").expect(127);
        assertTrue(named.errorLine().contains("nowhere is not in the container's PATH="), named.err());
    }

    @Test
    void an_option_in_the_place_of_the_command_gets_a_hint() {
        String line = Launcher.run("--command", "-it", "sh").expect(127).errorLine();
        assertTrue(line.contains("options of rustyrun go before the image or id"), line);
        assertTrue(line.strip().endsWith("executable file not found in $PATH"), line);
    }

    @Test
    void a_command_that_cannot_be_executed_gives_126() {
        Launcher.Result directory = Launcher.run("--command", "/etc").expect(126);
        assertTrue(directory.errorLine().contains("/etc is not executable"), directory.err());
        Launcher.Result file = Launcher.run("--command", "/etc/passwd").expect(126);
        assertTrue(file.errorLine().contains("EACCES (Permission denied)"), file.err());
    }

    /** Engines and scripts expect the same statuses as from runc: 1, and 255 for an exec that could not start. */
    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void invalid_arguments_of_a_bundle_give_the_status_of_runc() {
        for (List<String> words : List.of(
                List.of("run", "--bundle", "/b", "--bogus", "box"),
                List.of("run", "-b", "/b", "--pid-file"),
                List.of("run", "--bundle=/b"),
                List.of("create", "--bundle", "/b"),
                List.of("exec"),
                List.of("exec", "--bogus", "box", "true"),
                List.of("exec", "--env"))) {
            Launcher.Result result = Launcher.rustyrun(words.toArray(String[]::new));
            assertEquals(1, result.exitCode(), words + ": " + result.err());
            result.errorLine();
        }
        Launcher.rustyrun("exec", "nowhere").expect(255).errorLine();
        Launcher.rustyrun("exec", "nowhere", "true").expect(255).errorLine();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void invalid_arguments_of_a_rootfs_give_125() {
        Launcher.rustyrun("run", "--rootfs", "/", "--bogus", "true").expect(125).errorLine();
        Launcher.rustyrun("run", "--rootfs", "/", "--pids-limit", "x", "sh", "-b")
                .expect(125)
                .errorLine();
        Launcher.rustyrun("run").expect(125).errorLine();
    }

    @Test
    void a_failed_step_gives_125_and_one_line_with_the_step_and_the_reason() {
        Launcher.Result result = Launcher.run("--volume", "/nowhere/at/all:/x", "--command", "true")
                .expect(125);
        String line = result.errorLine();
        assertTrue(line.startsWith("rustyrun: init failed to bind mount /nowhere/at/all on /x"), line);
        assertTrue(line.contains("ENOENT (No such file or directory)"), line);
    }
}
