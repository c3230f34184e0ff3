package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Signal;
import java.util.List;
import java.util.Optional;

/**
 * A program of a few hundred bytes, in a file in memory that is close-on-exec. A process of Rustyrun that is visible to
 * a container's processes executes it, which replaces everything in the process's memory.
 */
final class MemoryProgram {

    private final Linux linux;
    private final int descriptor;

    private MemoryProgram(Linux linux, int descriptor) {
        this.linux = linux;
        this.descriptor = descriptor;
    }

    /** Creates the file for a program, without content; empty if the kernel or a limit forbids that. */
    static Optional<MemoryProgram> create(Linux linux, String name) {
        // With SIGXFSZ blocked, a limit on the size of files is an error and does not end this process.
        linux.blockSignals(LaunchSignals.HANDLED.with(Signal.SIGXFSZ));
        try {
            return Optional.of(new MemoryProgram(linux, linux.executableMemory(name)));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    /** Appends {@code bytes} to the file; if that fails, closes the file and returns false. */
    boolean write(byte[] bytes) {
        try {
            linux.writeAll(descriptor, bytes);
            return true;
        } catch (LinuxException e) {
            linux.close(descriptor);
            return false;
        }
    }

    /**
     * Executes this program; returns only if that fails.
     *
     * @param byPath whether to use execve(2) with a path in {@code /proc}, because a filter forbids execveat(2)
     */
    void become(List<String> argv, List<String> env, boolean byPath) {
        try {
            if (byPath) {
                linux.execute("/proc/self/fd/" + descriptor, argv, env);
            } else {
                linux.executeFile(descriptor, argv, env);
            }
        } catch (LinuxException e) {
            linux.close(descriptor);
        }
    }
}
