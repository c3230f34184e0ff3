package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Terminals, descriptors and sockets of containers made from bundles. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class OciConsoleIT {

    /** Receives the master side of a terminal from a console socket and copies its output to stdout. */
    private static final String RECEIVER = """
            import array, os, socket, sys
            server = socket.socket(socket.AF_UNIX)
            server.bind(sys.argv[1])
            server.listen(1)
            connection = server.accept()[0]
            name, control = connection.recvmsg(4096, socket.CMSG_SPACE(4))[:2]
            master = array.array('i', control[0][2][:4])[0]
            print(len(control), len(name) > 0, flush=True)
            try:
                while True:
                    text = os.read(master, 4096)
                    if not text:
                        break
                    os.write(1, text)
            except OSError:
                pass
            """;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static Process receiver(OciBundle bundle) throws IOException {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/python3")),
                "needs python3, which plays the engine: Java cannot receive descriptors");
        Path script = bundle.file("receiver.py");
        Files.writeString(script, RECEIVER);
        Process receiver = new ProcessBuilder(
                        "python3", script.toString(), bundle.file("socket").toString())
                .redirectOutput(bundle.file("screen").toFile())
                .redirectErrorStream(true)
                .start();
        Host.eventually("it listens", () -> Files.exists(bundle.file("socket")));
        return receiver;
    }

    @Test
    void the_terminal_is_sent_to_the_console_socket() throws Exception {
        try (OciBundle bundle = new OciBundle("sh", "-c", "tty; stty size; test -t 0 && echo terminal")) {
            bundle.editProcess(process -> process.put("terminal", true)
                    .putObject("consoleSize")
                    .put("height", 33)
                    .put("width", 99));
            Process receiver = receiver(bundle);
            bundle.create("box", "--console-socket", bundle.file("socket").toString())
                    .expect(0);
            bundle.rustyrun("start", "box").expect(0);
            Host.eventually("the receiver has seen the end", () -> !receiver.isAlive());
            List<String> screen =
                    bundle.read("screen").lines().map(String::strip).toList();
            assertEquals(List.of("1 True", "/dev/pts/0", "33 99", "terminal"), screen);
        }
    }

    @Test
    void a_line_feed_is_one_and_no_more_in_the_output_of_run_and_exec() {
        try (OciBundle bundle = new OciBundle("sh", "-c", "test -t 1; echo terminal $?")) {
            bundle.editProcess(process -> process.put("terminal", true));
            assertEquals(
                    "terminal 0\n",
                    bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box")
                            .expect(0)
                            .out());
        }
        try (OciBundle bundle = new OciBundle("sleep", "100")) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            assertEquals(
                    "/dev/pts/0\n",
                    bundle.rustyrun("exec", "--tty", "box", "tty").expect(0).out());
        }
        assertEquals(
                "/dev/pts/0\r\n",
                Launcher.run("--tty", "--command", "tty").expect(0).out());
    }

    @Test
    void a_terminal_without_anybody_to_take_it_is_refused() {
        try (OciBundle bundle = new OciBundle("true")) {
            assertTrue(bundle.create("box", "--console-socket", "/nowhere")
                    .expect(1)
                    .errorLine()
                    .contains("terminal is false"));
            bundle.editProcess(process -> process.put("terminal", true));
            assertTrue(bundle.create("box").expect(1).errorLine().contains("needs a --console-socket"));
            String line = bundle.create("box", "--console-socket", "/nowhere")
                    .expect(1)
                    .errorLine();
            assertTrue(line.contains("/nowhere") && line.contains("ENOENT"), line);
            assertEquals(List.of(), bundle.left());
        }
    }

    @Test
    void run_relays_the_terminal_of_a_bundle() {
        try (OciBundle bundle = new OciBundle("sh");
                Pty pty = new Pty()) {
            bundle.editProcess(process -> process.put("terminal", true));
            Process run = pty.start(
                    bundle.command("run", "--bundle", bundle.directory().toString(), "box"));
            pty.expect("#");
            pty.type("echo $((6 * 7)); exit 5\n");
            pty.expect("42");
            Host.eventually("it ends", () -> !run.isAlive());
            assertEquals(5, run.exitValue());
        }
    }

    @Test
    void only_requested_descriptors_and_listening_sockets_are_passed_on() {
        try (OciBundle bundle =
                new OciBundle("sh", "-c", "ls /proc/self/fd; cat <&3; cat <&4; echo $LISTEN_FDS $LISTEN_PID")) {
            String file = bundle.file("text").toString();
            List<String> words = new ArrayList<>(List.of(
                    "sh",
                    "-c",
                    "echo text > " + file + "; exec 3< " + file + " 4< " + file + " 5< " + file + " 6< " + file
                            + "; LISTEN_FDS=1 exec \"$@\"",
                    "sh"));
            words.addAll(bundle.command(
                    "run", "--preserve-fds", "1", "--bundle", bundle.directory().toString(), "box"));
            Launcher.Result result = Launcher.execute(words, "").expect(0);
            assertEquals("0\n1\n2\n3\n4\n5\ntext\ntext\n1 1\n", result.out(), "5 is ls's own");
        }
    }

    @Test
    void the_command_has_no_descriptor_of_ours_and_its_directory_is_inside() {
        try (OciBundle bundle = new OciBundle("sh", "-c", "ls /proc/self/fd; readlink /proc/self/cwd")) {
            assertEquals(
                    "0\n1\n2\n3\n/\n",
                    bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box")
                            .expect(0)
                            .out(),
                    "CVE-2024-21626; 3 is ls's own");
        }
    }

    @Test
    void a_root_is_changed_without_pivot_root_when_asked_to() {
        try (OciBundle bundle = new OciBundle("sh", "-c", "ls /; echo $$")) {
            Launcher.Result result = bundle.rustyrun(
                            "run", "--no-pivot", "--bundle", bundle.directory().toString(), "box")
                    .expect(0);
            assertTrue(result.out().endsWith("1\n") && !result.out().contains("work\n"), result.out());
        }
    }

    @Test
    void a_notify_socket_is_shown_inside() throws Exception {
        try (OciBundle bundle =
                new OciBundle("sh", "-c", "echo $NOTIFY_SOCKET; test -S $NOTIFY_SOCKET && echo socket")) {
            bundle.edit(config -> config.withArray("mounts")
                    .addObject()
                    .put("destination", "/run")
                    .put("type", "tmpfs")
                    .put("source", "tmpfs"));
            Process receiver = receiver(bundle);
            List<String> words = new ArrayList<>(List.of("env", "NOTIFY_SOCKET=" + bundle.file("socket")));
            words.addAll(bundle.command("run", "--bundle", bundle.directory().toString(), "box"));
            assertEquals(
                    "/run/notify/notify.sock\nsocket\n",
                    Launcher.execute(words, "").expect(0).out());
            receiver.destroy();
        }
    }
}
