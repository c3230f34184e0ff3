package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A container that joins another container's PID namespace, as its last namespace, works like any other. Needs root.
 */
class JoinedPidsIT {

    private final String name = "it-pids-" + ProcessHandle.current().pid();
    private Process first;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @BeforeEach
    void startFirst() throws IOException {
        first = Launcher.start("--name", name, "--command", "/bin/sh", "-c", "echo ready; read end");
        assertEquals("ready", first.inputReader().readLine());
    }

    @AfterEach
    void endFirst() throws IOException {
        first.getOutputStream().close();
        first.onExit().join();
    }

    private String[] joining(String... words) {
        List<String> all = new ArrayList<>(List.of("--pid", "container:" + name));
        all.addAll(List.of(words));
        return all.toArray(String[]::new);
    }

    private Launcher.Result run(String... words) {
        return Launcher.run(joining(words));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void it_exits_with_the_status_of_its_command() {
        run("--command", "/bin/sh", "-c", "exit 7").expect(7);
        run("--init", "--command", "/bin/sh", "-c", "exit 8").expect(8);
        run("--command", "/bin/sh", "-c", "kill -9 $$").expect(137);
        run("--timeout", "0.5", "--command", "/bin/sleep", "4717").expect(137);
        run("--command", "/bin/nosuch").expect(127).errorLine();
        Host.expectEnded("sleep 4717");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void proc_shows_the_processes_of_the_joined_namespace_and_the_command() {
        List<String> lines = run("--command", "/bin/sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline; cat /proc/self/comm")
                .expect(0)
                .out()
                .lines()
                .toList();
        assertTrue(lines.get(0).contains("echo ready"), lines.toString());
        assertTrue(lines.get(0).endsWith("cat"), lines.toString());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_cgroup_with_room_for_one_process_is_enough() {
        String groups = run("--pids-limit", "1", "--command", "/bin/cat", "/proc/self/cgroup")
                .expect(0)
                .out();
        assertTrue(!groups.isEmpty() && groups.lines().allMatch(line -> line.endsWith(":/")), groups);
        assertTrue(
                run("--pids-limit", "1", "--command", "/bin/sh", "-c", "true & true")
                                .exitCode()
                        != 0,
                "it is in that cgroup");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void its_terminal_is_that_of_its_session() {
        String out = run("--tty", "--command", "/bin/sh", "-c", "tty; echo to the terminal > /dev/tty; ls /dev/console")
                .expect(0)
                .out();
        assertEquals(
                List.of("/dev/pts/0", "to the terminal", "/dev/console"),
                out.lines().toList());
    }

    @NativeOnly("exec needs the native binary")
    @Test
    void a_signal_at_any_moment_of_its_start_ends_it() throws Exception {
        for (int millis = 0; millis < 16; millis++) {
            for (List<String> words : List.of(
                    List.of("exec", name, "/bin/sleep", "4719"),
                    List.of(
                            "run",
                            "--rootfs",
                            Launcher.busybox().toString(),
                            "--pid",
                            "container:" + name,
                            "--command",
                            "/bin/sleep",
                            "4719"))) {
                Process process = new ProcessBuilder(Launcher.command(words.toArray(String[]::new))).start();
                // Interrupt the launch at different moments: it must end at each.
                java.util.concurrent.locks.LockSupport.parkNanos(millis * 1_000_000L);
                process.destroy();
                int code = process.onExit().join().exitValue();
                assertTrue(code == 143 || code == 125, words + " after " + millis + " ms: " + code);
            }
        }
        Host.expectEnded("sleep 4719");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void nothing_is_left_of_it_when_run_is_killed() throws IOException {
        Process second = Launcher.start(joining("--command", "/bin/sh", "-c", "echo up; exec sleep 4718"));
        assertEquals("up", second.inputReader().readLine());
        second.destroyForcibly().onExit().join();
        Host.expectEnded("sleep 4718");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_path_that_is_not_a_PID_namespace_is_refused_and_one_of_another_user_namespace_too() {
        String line = Launcher.run("--pid", "path:/proc/self/ns/net", "--command", "true")
                .expect(125)
                .errorLine();
        assertTrue(line.contains("EINVAL"), line);
        if (Launcher.isNative()) {
            String other = run("--userns", "new", "--uidmap", "0:100000:65536", "--command", "true")
                    .expect(125)
                    .errorLine();
            assertTrue(other.contains("belongs to another user namespace"), other);
        }
    }
}
