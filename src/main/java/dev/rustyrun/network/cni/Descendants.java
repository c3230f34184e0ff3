package dev.rustyrun.network.cni;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The descendants of a plugin process; man 5 proc, {@code /proc/pid/task/tid/children}. */
final class Descendants {

    private static final int MAX_DEPTH = 32;

    private Descendants() {}

    /** Kills {@code pid} and its descendants. Each is stopped first, so that it cannot start further processes. */
    static void kill(Linux linux, int pid) {
        kill(linux, pid, 0);
    }

    private static void kill(Linux linux, int pid, int depth) {
        linux.kill(pid, Signal.SIGSTOP.number());
        if (depth < MAX_DEPTH) {
            children(linux, pid).forEach(child -> kill(linux, child, depth + 1));
        }
        linux.kill(pid, Signal.SIGKILL.number());
    }

    private static List<Integer> children(Linux linux, int pid) {
        List<Integer> children = new ArrayList<>();
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path thread : (Iterable<Path>) threads::iterator) {
                for (String child : linux.readFile(thread + "/children").split(" ")) {
                    if (!child.isBlank()) {
                        children.add(Integer.parseInt(child.strip()));
                    }
                }
            }
        } catch (IOException | LinuxException e) {
            // The process has ended.
        }
        return children;
    }
}
