package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The host as seen from outside the containers: processes, mounts and its name. Tests use it to check that nothing
 * changed or is left.
 */
public final class Host {

    private Host() {}

    /** The host name and the mounts, which no container may change. */
    record State(String hostname, String mounts) {}

    static State state() {
        return new State(read("/proc/sys/kernel/hostname"), read("/proc/self/mountinfo"));
    }

    public static String read(String path) {
        try {
            return Files.readString(Path.of(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The target of the symbolic link {@code path}. */
    static Path link(Path path) {
        try {
            return Files.readSymbolicLink(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Command lines by process id; arguments are separated by spaces. */
    static TreeMap<Long, String> processes() {
        TreeMap<Long, String> found = new TreeMap<>();
        try (Stream<Path> entries = Files.list(Path.of("/proc"))) {
            entries.filter(path -> path.getFileName().toString().matches("[0-9]+"))
                    .forEach(path -> {
                        try {
                            String words =
                                    Files.readString(path.resolve("cmdline")).replace('\0', ' ');
                            found.put(Long.parseLong(path.getFileName().toString()), words);
                        } catch (IOException ended) {
                            // The process ended after its directory was listed.
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Processes that are Rustyrun's stages or have {@code mark} in their command line. */
    static List<String> remains(String mark) {
        return processes().entrySet().stream()
                .filter(e -> isMarked(e.getValue(), mark) || isStage(e.getValue()))
                .map(Object::toString)
                .toList();
    }

    /** The process ids of all of Rustyrun's stages. */
    static Stream<Long> stages() {
        return processes().entrySet().stream()
                .filter(e -> isStage(e.getValue()))
                .map(Map.Entry::getKey);
    }

    private static boolean isStage(String words) {
        return words.matches("(.*[/ ])?rustyrun (child|init|monitor) .*")
                || words.matches(".*dev\\.rustyrun\\.Rustyrun (run|child|init|monitor) .*");
    }

    /**
     * Whether {@code mark} occurs in a command line, but not as part of a longer number, such as a time in a file name.
     */
    private static boolean isMarked(String words, String mark) {
        return Pattern.compile("(?<![0-9])" + Pattern.quote(mark) + "(?![0-9])")
                .matcher(words)
                .find();
    }

    /** The direct children of a process. */
    public static List<Long> childrenOf(long pid) {
        return ProcessHandle.of(pid)
                .map(p -> p.children().map(ProcessHandle::pid).toList())
                .orElse(List.of());
    }

    /** Whether the process has ended and has not been waited for yet. */
    static boolean isZombie(long pid) {
        try {
            return Files.readString(Path.of("/proc/" + pid + "/stat"))
                    .replaceFirst("(?s).*\\) ", "")
                    .startsWith("Z");
        } catch (IOException gone) {
            return false;
        }
    }

    static List<Long> zombiesOf(long parent) {
        return childrenOf(parent).stream().filter(Host::isZombie).toList();
    }

    static Optional<Long> onlyChildOf(long pid) {
        return childrenOf(pid).stream().findFirst();
    }

    static void expectNothingLeft(String mark) {
        eventually("nothing of " + mark + " is left", () -> remains(mark).isEmpty(), () -> remains(mark));
    }

    /** Waits until no process has {@code mark} in its command line. Other containers may still run. */
    static void expectEnded(String mark) {
        eventually(mark + " has ended", () -> processes().values().stream().noneMatch(words -> isMarked(words, mark)));
    }

    /** Waits until the command line of a process begins with {@code mark}. */
    static void expectRunning(String mark) {
        eventually(mark + " runs", () -> processes().values().stream().anyMatch(words -> words.startsWith(mark)));
    }

    public static void eventually(String what, BooleanSupplier condition) {
        eventually(what, condition, () -> "");
    }

    public static void eventually(String what, BooleanSupplier condition, java.util.function.Supplier<Object> details) {
        eventually(120, what, condition, details);
    }

    /**
     * Polls every 10 ms until {@code condition} holds; fails after {@code seconds}. The limit can be long, because only
     * a failing test waits that long. After a condition that takes long, such as one that starts a program, the pause
     * is longer: otherwise the polling would take the processor from what it waits for.
     */
    public static void eventually(
            int seconds, String what, BooleanSupplier condition, java.util.function.Supplier<Object> details) {
        Instant end = Instant.now().plus(Duration.ofSeconds(seconds));
        while (true) {
            long began = System.nanoTime();
            if (condition.getAsBoolean()) {
                return;
            }
            if (Instant.now().isAfter(end)) {
                fail("not within " + seconds + " s: " + what + " " + details.get());
            }
            try {
                TimeUnit.NANOSECONDS.sleep(Math.max(10_000_000, 2 * (System.nanoTime() - began)));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Waits until {@code value} has been the same a hundred times in a row. */
    static void settled(LongSupplier value) {
        long[] last = {-1, 0};
        eventually("the value no longer changes", () -> {
            long now = value.getAsLong();
            last[1] = now == last[0] ? last[1] + 1 : 0;
            last[0] = now;
            return last[1] >= 100;
        });
    }

    static void signal(long pid, String name) {
        assertEquals(
                0,
                Launcher.execute(List.of("kill", "-" + name, Long.toString(pid)), "")
                        .exitCode());
    }
}
