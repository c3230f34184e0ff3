package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/**
 * The program of {@code src/test/c/attempts.c}, compiled once. Tests use it for system calls that no shell command
 * makes. It is linked statically, so that it runs in any root file system.
 */
final class Attempts {

    /** Path of the program in a container that has the mount {@link #volume}. */
    static final String INSIDE = "/attempts";

    private Attempts() {}

    /** Compiles the program when it is first used. */
    private static final class Compiled {

        static final Path PROGRAM = compile();

        private static Path compile() {
            try {
                Path folder = Files.createTempDirectory("rustyrun-attempts");
                Path program = folder.resolve("attempts");
                Launcher.execute(
                                List.of(
                                        "gcc",
                                        "-static",
                                        "-O1",
                                        "-o",
                                        program.toString(),
                                        Launcher.baseDirectory()
                                                .resolve("src/test/c/attempts.c")
                                                .toString()),
                                "")
                        .expect(0);
                Launcher.execute(List.of("chmod", "-R", "a+rX", folder.toString()), "")
                        .expect(0);
                Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                    program.toFile().delete();
                    folder.toFile().delete();
                }));
                return program;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Path of the program on the host. Skips the test if the machine has no C compiler. */
    static Path program() {
        boolean compiler =
                Launcher.execute(List.of("sh", "-c", "command -v gcc"), "").exitCode() == 0;
        Assumptions.assumeTrue(compiler, "needs gcc, to compile what the container tries; CI installs it");
        return Compiled.PROGRAM;
    }

    /** The value of {@code --volume} that mounts the program at {@link #INSIDE}. */
    static String volume() {
        return program() + ":" + INSIDE + ":ro";
    }

    /** Swaps two paths on the host repeatedly, until the returned process is destroyed. */
    static Process swap(Path one, Path other) {
        try {
            Process swapper = new ProcessBuilder(program().toString(), "swap", one.toString(), other.toString())
                    .redirectErrorStream(true)
                    .start();
            BufferedReader out = swapper.inputReader();
            assertEquals("swapping", out.readLine());
            return swapper;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines NAME=RESULT and {@code NAME:<tab>RESULT} of the program's output, by name. */
    static Map<String, String> results(String out) {
        Map<String, String> results = new LinkedHashMap<>();
        for (String line : out.lines().toList()) {
            String[] pair = line.split("[=:]\\s*", 2);
            if (pair.length == 2) {
                results.put(pair[0], pair[1].strip());
            }
        }
        return results;
    }
}
