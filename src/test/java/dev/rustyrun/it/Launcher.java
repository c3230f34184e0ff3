package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * Starts the real program: the JVM launcher or the native executable, as the system property {@code rustyrun.launcher}
 * says. Both run the same tests.
 */
public final class Launcher {

    private static final Path BASE = Path.of(System.getProperty("rustyrun.basedir", "."));
    private static final Path PROGRAM = Path.of(System.getProperty("rustyrun.launcher", "target/rustyrun-jvm"))
            .toAbsolutePath();
    private static final String SHARED = "root-file-systems";
    private static final int SECONDS = 300;

    private Launcher() {}

    /** The exit status and output of a finished process. */
    public record Result(int exitCode, String out, String err) {

        /** Expects a non-zero exit status; its value depends on the command. */
        public Result expectFailure() {
            assertTrue(exitCode != 0, () -> "exit code 0\nout: " + out + "\nerr: " + err);
            return this;
        }

        public Result expect(int code) {
            assertTrue(
                    exitCode == code,
                    () -> "exit code " + exitCode + " instead of " + code + "\nout: " + out + "\nerr: " + err);
            return this;
        }

        /** The standard error, which must be exactly one line. */
        public String errorLine() {
            assertTrue(err.endsWith("\n") && err.indexOf('\n') == err.length() - 1, () -> "not one line: " + err);
            return err;
        }
    }

    public static boolean isNative() {
        return !PROGRAM.getFileName().toString().endsWith("-jvm");
    }

    public static void requireRoot() {
        Assumptions.assumeTrue(
                "root".equals(System.getProperty("user.name")),
                "needs root: it makes real containers (CI runs it as root)");
    }

    static Path baseDirectory() {
        return BASE.toAbsolutePath();
    }

    /** The busybox root file system of this fork of the tests. Tests may write to it. Made when it is missing. */
    public static Path busybox() {
        return rootfs("busybox", System.getProperty("rustyrun.root-file-systems", SHARED));
    }

    /** The debian root file system, which tests must not change. Made when it is missing. */
    static Path debian() {
        return rootfs("debian", SHARED);
    }

    private static Path rootfs(String name, String folder) {
        Path rootfs = BASE.resolve(folder).resolve(name + "-rootfs").toAbsolutePath();
        if (!Files.exists(rootfs.resolve(".rustyrun-complete"))) {
            execute(List.of(BASE.resolve("root-file-systems/get").toString(), name, rootfs.toString()), "")
                    .expect(0);
        }
        return rootfs;
    }

    /** Runs {@code rustyrun} with these arguments and waits for its end. */
    static Result rustyrun(String... arguments) {
        return execute(command(arguments), "");
    }

    /** Runs {@code rustyrun run --rootfs busybox} with these further arguments and waits for its end. */
    static Result run(String... arguments) {
        return execute(runCommand(arguments), "");
    }

    /** Runs a shell script in a container of the busybox rootfs and waits for its end. */
    static Result sh(String script) {
        return run("--command", "/bin/sh", "-c", script);
    }

    /** Copies the program to {@code folder}, for a user who cannot read the build directory. */
    static Path copyProgram(Path folder) {
        String script = "for f in rustyrun rustyrun-jvm rustyrun.jar libjffi-1.2.so; do"
                + " cp -p \"$0/$f\" \"$1\" 2>/dev/null; done; chmod -R a+rX \"$1\"";
        execute(List.of("sh", "-c", script, PROGRAM.getParent().toString(), folder.toString()), "")
                .expect(0);
        return folder.resolve(PROGRAM.getFileName());
    }

    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(PROGRAM.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    static List<String> runCommand(String... arguments) {
        List<String> command = command("run", "--rootfs", busybox().toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /**
     * A command line that runs {@code words} (arguments of env(1) that end with a command) as an ordinary user without
     * groups and without XDG_RUNTIME_DIR.
     */
    static List<String> asUser(String id, String... words) {
        List<String> command = new ArrayList<>(
                List.of("setpriv", "--reuid", id, "--regid", id, "--clear-groups", "env", "-u", "XDG_RUNTIME_DIR"));
        command.addAll(List.of(words));
        return command;
    }

    /** Starts {@code rustyrun run --rootfs busybox} with these further arguments without waiting for it. */
    static Process start(String... arguments) {
        try {
            return new ProcessBuilder(runCommand(arguments)).start();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public static Result execute(List<String> command, String input) {
        try {
            Path out = Files.createTempFile("rustyrun-it", ".out");
            Path err = Files.createTempFile("rustyrun-it", ".err");
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            try (var stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError(command + " still runs after " + SECONDS + " s\nout: " + Files.readString(out)
                        + "\nerr: " + Files.readString(err));
            }
            Result result = new Result(process.exitValue(), Files.readString(out), Files.readString(err));
            Files.delete(out);
            Files.delete(err);
            return result;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
