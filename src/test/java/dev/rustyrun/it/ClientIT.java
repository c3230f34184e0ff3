package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rustyrun --host URL}: the command line as a client of a server. Needs root. */
class ClientIT {

    @TempDir
    static Path data;

    private static Server server;

    @BeforeAll
    static void startServer() throws Exception {
        Launcher.requireRoot();
        server = Server.start("--data-folder", data.toString(), "--warm", "0");
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    private static List<String> command(String... words) {
        return Launcher.command(Stream.concat(Stream.of("--host", server.url()), Stream.of(words))
                .toArray(String[]::new));
    }

    private static Launcher.Result client(String... words) {
        return Launcher.execute(command(words), "");
    }

    private static String detached(String script) {
        return client("run", "--rootfs", "busybox", "--detach", "--label", "by=test", "sh", "-c", script)
                .expect(0)
                .out()
                .strip();
    }

    @Test
    void a_remote_command_runs_like_a_local_one_and_leaves_nothing() {
        Launcher.Result ran = Launcher.execute(
                        command(
                                "run",
                                "--rootfs",
                                "busybox",
                                "-e",
                                "A=b",
                                "-w",
                                "/work",
                                "--user",
                                "7",
                                "--hostname",
                                "there",
                                "--memory",
                                "32m",
                                "--command",
                                "/bin/sh",
                                "-c",
                                "cat; echo $A $PWD $(id -u) $(hostname); echo err >&2; exit 7"),
                        "in\n")
                .expect(7);
        assertEquals("in\nb /work 7 there\n", ran.out());
        assertEquals("err\n", ran.err());
        assertEquals(
                0, client("list", "--label", "none").expect(0).out().lines().count() - 1);
    }

    @Test
    void a_container_exists_until_it_is_deleted() {
        String id = detached("true");
        client("exists", id).expect(0);
        client("wait", id).expect(0);
        assertEquals("", client("exists", id).expect(0).out());
        client("delete", id).expect(0);
        client("exists", id).expect(1);
        Launcher.execute(Launcher.command("--host", "unix:///nosuch.sock", "exists", id), "")
                .expect(125);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void input_and_output_of_any_bytes_and_size_arrive_whole(@TempDir Path folder) throws Exception {
        byte[] bytes = new byte[1_500_000];
        new Random(1).nextBytes(bytes);
        Path in = Files.write(folder.resolve("in"), bytes);
        Path out = folder.resolve("out");
        Process run = new ProcessBuilder(command("run", "--rootfs", "busybox", "--max-log", "4m", "cat"))
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertTrue(run.waitFor(120, TimeUnit.SECONDS), "it ends");
        assertEquals(0, run.exitValue());
        assertArrayEquals(bytes, Files.readAllBytes(out));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void H1_all_of_a_commands_output_arrives_however_much_it_is() throws Exception {
        for (String script :
                List.of("head -c 50000000 /dev/zero", "head -c 9000000 /dev/zero; echo e >&2", "tar c /bin")) {
            Process run = new ProcessBuilder(
                            command("run", "--rootfs", "busybox", "--command", "/bin/sh", "-c", script))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            run.getOutputStream().close();
            byte[] out = run.getInputStream().readAllBytes();
            assertEquals(0, run.waitFor());
            if (script.startsWith("head")) {
                assertEquals(Integer.parseInt(script.replaceAll("[^0-9]*([0-9]+).*", "$1")), out.length);
            } else {
                String last = new String(out, out.length - 1024, 1024, StandardCharsets.ISO_8859_1);
                assertEquals("\0".repeat(1024), last, "an archive ends with two empty blocks");
                assertTrue(out.length > 1_000_000, "too short to test anything: " + out.length);
            }
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_shell_on_a_terminal_gets_its_size_changes_and_interrupts_and_restores_the_terminal() throws Exception {
        try (Pty pty = new Pty()) {
            pty.resize(33, 77);
            byte[] before = pty.mode().encode();
            Process shell = pty.start(command("run", "--rootfs", "busybox", "--command", "/bin/sh"));
            pty.expect("# ");
            pty.type("stty size; test -t 0 && echo ter''minal\n");
            pty.expect("33 77");
            pty.expect("terminal");
            pty.resize(44, 88);
            Host.signal(clientOf(shell), "WINCH");
            pty.type("sleep 1; stty size\n");
            pty.expect("44 88");
            pty.type("sleep 1000\n");
            Host.expectRunning("sleep 1000");
            pty.type("\003");
            pty.expect("# ");
            pty.type("exit 5\n");
            assertTrue(shell.waitFor(120, TimeUnit.SECONDS), pty::screen);
            assertEquals(5, shell.exitValue());
            assertArrayEquals(before, pty.mode().encode());
        }
    }

    /**
     * The client's process id. setsid(1) and a launcher script replace themselves with the client, so it is that of the
     * started process.
     */
    private static long clientOf(Process started) {
        return started.pid();
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_interrupt_reaches_the_command_without_a_terminal_too() throws Exception {
        Process run = new ProcessBuilder(command(
                        "run",
                        "--rootfs",
                        "busybox",
                        "--command",
                        "sh",
                        "-c",
                        "trap 'echo interrupted; exit 9' INT; echo ready; while :; do sleep 0.1; done"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var out =
                new java.io.BufferedReader(new java.io.InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8));
        assertEquals("ready", out.readLine());
        Host.signal(run.pid(), "INT");
        assertEquals("interrupted", out.readLine());
        assertTrue(run.waitFor(120, TimeUnit.SECONDS), "it ends");
        assertEquals(9, run.exitValue());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_container_runs_alone_is_followed_waited_for_and_deleted() {
        String id = detached("for i in 1 2 3; do echo out $i; echo err $i >&2; sleep 0.3; done; exit 3");
        Launcher.Result logs = client("logs", "-f", id).expect(0);
        assertEquals("out 1\nout 2\nout 3\n", logs.out());
        assertEquals("err 1\nerr 2\nerr 3\n", logs.err());
        assertEquals("out 3\n", client("logs", "--tail", "2", id).expect(0).out());
        client("wait", id).expect(3);
        assertTrue(client("list", "--status", "exited", "--label", "by=test", "-q")
                .expect(0)
                .out()
                .contains(id));
        client("delete", id).expect(0);
        assertTrue(client("logs", id).expect(125).errorLine().contains("does not exist"), "the container is removed");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_signal_ends_one_with_its_exit_code_wherever_it_is_waited_for() throws Exception {
        String id = detached("echo begun; sleep 1000");
        Process attached = new ProcessBuilder(command("attach", id))
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        var out = new java.io.BufferedReader(
                new java.io.InputStreamReader(attached.getInputStream(), StandardCharsets.UTF_8));
        assertEquals("begun", out.readLine());
        assertTrue(client("ps", id).expect(0).out().contains("sleep 1000"), "ps shows it");
        assertTrue(client("stats", id).expect(0).out().contains("memoryBytes"), "stats shows memory");
        client("pause", id).expect(0);
        assertTrue(client("list").expect(0).out().contains(id + "    paused"), "it is paused");
        client("resume", id).expect(0);
        client("kill", "-9", id).expect(0);
        assertTrue(attached.waitFor(120, TimeUnit.SECONDS), "attach ends");
        assertEquals(137, attached.exitValue());
        client("delete", id).expect(0);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void a_signal_to_all_reaches_every_process() throws Exception {
        String id = detached("sleep 1000 & trap '' TERM; echo up; wait $!; echo ended $?");
        Host.eventually("it is up", () -> client("logs", id).out().contains("up"));
        client("kill", "--all", id).expect(0);
        client("wait", id).expect(0);
        assertEquals("up\nended 143\n", client("logs", id).expect(0).out());
        client("delete", id).expect(0);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void an_exec_streams_input_and_output_and_has_the_exit_status_of_its_command(@TempDir Path folder)
            throws Exception {
        String id = detached("sleep 1000");
        if (!Launcher.isNative()) {
            assertTrue(client("exec", id, "true").expect(125).errorLine().contains("exec needs the native binary"));
            client("delete", "--force", id).expect(0);
            return;
        }
        Launcher.Result ran = client("exec", "-e", "A=b", id, "sh", "-c", "echo $A; echo err >&2; cat; exit 7")
                .expect(7);
        assertEquals("b\n", ran.out());
        assertEquals("err\n", ran.err());
        assertTrue(client("exec", id, "/nope").expect(127).errorLine().contains("/nope does not exist"));
        byte[] bytes = new byte[1_500_000];
        new Random(2).nextBytes(bytes);
        Path out = folder.resolve("out");
        Process cat = new ProcessBuilder(command("exec", "-i", id, "cat"))
                .redirectInput(Files.write(folder.resolve("in"), bytes).toFile())
                .redirectOutput(out.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertTrue(cat.waitFor(120, TimeUnit.SECONDS), "it ends");
        assertArrayEquals(bytes, Files.readAllBytes(out));
        Process run = new ProcessBuilder(command(
                        "exec",
                        id,
                        "sh",
                        "-c",
                        "trap 'echo terminated; exit 9' TERM; echo ready; while :; do sleep 0.1; done"))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var lines =
                new java.io.BufferedReader(new java.io.InputStreamReader(run.getInputStream(), StandardCharsets.UTF_8));
        assertEquals("ready", lines.readLine());
        Host.signal(run.pid(), "TERM");
        assertEquals("terminated", lines.readLine());
        assertTrue(run.waitFor(120, TimeUnit.SECONDS), "it ends");
        assertEquals(9, run.exitValue());
        client("delete", "--force", id).expect(0);
    }

    @NativeOnly("exec joins a mount namespace: not the JVM")
    @Test
    void an_exec_shell_on_a_terminal_has_its_size_and_restores_the_terminal() throws Exception {
        String id = detached("sleep 1000");
        try (Pty pty = new Pty()) {
            pty.resize(33, 77);
            byte[] before = pty.mode().encode();
            Process shell = pty.start(command("exec", "-it", id, "sh"));
            pty.expect("# ");
            pty.type("stty size; echo $TERM; test -t 0 && echo ter''minal\n");
            pty.expect("33 77");
            pty.expect("terminal");
            pty.resize(44, 88);
            Host.signal(clientOf(shell), "WINCH");
            pty.type("sleep 1; stty size\n");
            pty.expect("44 88");
            pty.type("exit 5\n");
            assertTrue(shell.waitFor(120, TimeUnit.SECONDS), pty::screen);
            assertEquals(5, shell.exitValue());
            assertArrayEquals(before, pty.mode().encode());
        }
        client("delete", "--force", id).expect(0);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void options_that_a_server_does_not_support_are_refused_in_one_line() {
        assertTrue(client("run", "--rootfs", "busybox", "--privileged", "true")
                .expect(125)
                .errorLine()
                .contains("a server does not support the option --privileged"));
        assertTrue(client("run", "--rootfs", "busybox", "-v", "/etc:/x", "true")
                .expect(125)
                .errorLine()
                .contains("a server mounts only directories"));
        assertTrue(client("run", "--rootfs", "nowhere", "true")
                .expect(125)
                .errorLine()
                .contains("unknown rootfs \"nowhere\""));
        assertTrue(client("run", "--rootfs", "busybox", "--memory", "900g", "true")
                .expect(125)
                .errorLine()
                .contains("memory"));
        assertTrue(client("run", "--rootfs", "busybox", "/nope")
                .expect(127)
                .errorLine()
                .contains("/nope does not exist"));
        assertTrue(client("create", "x").expect(125).errorLine().contains("does not support the command \"create\""));
        assertTrue(Launcher.rustyrun("--host", "http://127.0.0.1:1", "list")
                .expect(1)
                .errorLine()
                .contains("cannot connect to http://127.0.0.1:1: Connection refused"));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void the_environment_names_the_server_too_but_only_for_what_a_server_does()
            throws IOException, InterruptedException {
        assertEquals(0, withHost("list", "-q").waitFor());
        assertEquals(0, withHost("features").waitFor());
    }

    private static Process withHost(String... words) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Launcher.command(words))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("RUSTYRUN_HOST", server.url());
        return builder.start();
    }
}
