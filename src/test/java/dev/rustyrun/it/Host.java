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
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the host looks like from outside the containers, so that tests can tell that it is as it was. */
public final class Host {

    private Host() {}

    /** The host's name and mounts, which no container may change. */
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

    /** Where the link at {@code path} leads. */
    static Path link(Path path) {
        try {
            return Files.readSymbolicLink(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Command lines by process id, words separated by spaces. */
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
                            // It ended while we were looking.
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    /** Processes of Rustyrun's stages and of commands marked by {@code mark}. */
    static List<String> remains(String mark) {
        return processes().entrySet().stream()
                .filter(e -> isMarked(e.getValue(), mark) || isStage(e.getValue()))
                .map(Object::toString)
                .toList();
    }

    /** The ids of all processes of Rustyrun's stages. */
    static Stream<Long> stages() {
        return processes().entrySet().stream()
                .filter(e -> isStage(e.getValue()))
                .map(Map.Entry::getKey);
    }

    private static boolean isStage(String words) {
        return words.matches("(.*[/ ])?rustyrun (child|init|monitor) .*")
                || words.matches(".*dev\\.rustyrun\\.Rustyrun (run|child|init|monitor) .*");
    }

    /** Not by a longer number, such as the time in the name of some other program's file. */
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

    /** Whether this process has ended and nobody has waited for it yet. */
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

    /** Waits until no process has {@code mark} in its command line, whatever other containers there are. */
    static void expectEnded(String mark) {
        eventually(mark + " has ended", () -> processes().values().stream().noneMatch(words -> isMarked(words, mark)));
    }

    /** Waits until a process has {@code mark} at the beginning of its command line. */
    static void expectRunning(String mark) {
        eventually(mark + " runs", () -> processes().values().stream().anyMatch(words -> words.startsWith(mark)));
    }

    public static void eventually(String what, BooleanSupplier condition) {
        eventually(what, condition, () -> "");
    }

    public static void eventually(String what, BooleanSupplier condition, java.util.function.Supplier<Object> details) {
        eventually(120, what, condition, details);
    }

    /** For what takes no time unless it fails. */
    public static void eventually(
            int seconds, String what, BooleanSupplier condition, java.util.function.Supplier<Object> details) {
        Instant end = Instant.now().plus(Duration.ofSeconds(seconds));
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                fail("not within " + seconds + " s: " + what + " " + details.get());
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Waits until {@code value} is the same a hundred times in a row. */
    static void settled(LongSupplier value) {
        long[] last = {-1, 0};
        eventually("it has come to rest", () -> {
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
