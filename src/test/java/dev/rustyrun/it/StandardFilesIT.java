package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * C2: a command can open its standard files as /dev/stdin, /dev/stdout and /dev/stderr, whichever user it runs as.
 * Needs root.
 */
@NativeOnly("the same code runs on a JVM, many times slower")
class StandardFilesIT {

    private static final String SCRIPT = "cat /dev/stdin > /dev/stdout; echo err > /dev/stderr";

    @TempDir
    Path folder;

    @BeforeEach
    void needsRoot() {
        Launcher.requireRoot();
    }

    /** Runs a container with pipes as its standard files. */
    private void expectPipes(String... options) throws IOException {
        List<String> words =
                new ArrayList<>(List.of("run", "--rootfs", Launcher.busybox().toString()));
        words.addAll(List.of(options));
        words.addAll(List.of("--command", "/bin/sh", "-c", SCRIPT));
        Process process = new ProcessBuilder(Launcher.command(words.toArray(String[]::new))).start();
        process.getOutputStream().write("in\n".getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String first = process.inputReader().readLine();
        String said = process.errorReader().readLine();
        assertEquals("in err", first + " " + said, String.join(" ", options));
        assertEquals(0, process.onExit().join().exitValue());
    }

    @Test
    void C2_pipes() throws IOException {
        expectPipes("--user", "1000");
        expectPipes("--user", "0");
        if (Launcher.isNative()) {
            expectPipes("--userns", "auto");
            expectPipes("--userns", "auto", "--user", "1000");
        }
    }

    @Test
    void C2_files_that_can_be_written_but_not_those_that_can_only_be_read() throws IOException {
        Path in = Files.writeString(folder.resolve("in"), "in\n");
        Path out = folder.resolve("out");
        for (String user : List.of("1000", "0")) {
            Launcher.execute(
                            List.of(
                                    "sh",
                                    "-c",
                                    "\"$0\" run --rootfs \"$1\" --user $4 --command sh -c '"
                                            + SCRIPT.replace("> /dev/stderr", ">&2") + "' < \"$2\" > \"$3\"",
                                    Launcher.command().get(0),
                                    Launcher.busybox().toString(),
                                    in.toString(),
                                    out.toString(),
                                    user),
                            "")
                    .expect(0);
            assertEquals("in\n", Files.readString(out));
            assertEquals(0, Files.getAttribute(in, "unix:uid"));
        }
    }

    @Test
    void C2_an_exec() throws IOException {
        for (String userns : List.of("host", "auto")) {
            String name = "it-std-" + ProcessHandle.current().pid();
            Process container =
                    Launcher.start("--name", name, "--userns", userns, "--command", "/bin/sh", "-c", "echo up; cat");
            try {
                assertEquals("up", container.inputReader().readLine());
                for (String user : List.of("0", "1000")) {
                    Process process = new ProcessBuilder(
                                    Launcher.command("exec", "--user", user, name, "/bin/sh", "-c", SCRIPT))
                            .start();
                    process.getOutputStream().write("in\n".getBytes(StandardCharsets.UTF_8));
                    process.getOutputStream().close();
                    String line = process.inputReader().readLine();
                    String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
                    assertEquals("in", line, userns + " " + user + ": " + errors);
                    assertEquals(0, process.onExit().join().exitValue(), errors);
                }
            } finally {
                container.getOutputStream().close();
                container.onExit().join();
            }
        }
    }
}
