package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Signal;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * A program of a few hundred bytes that a process of ours becomes where processes of a container can see it: it replaces all
 * that this process has in memory. It lies in a file in memory, close-on-exec.
 */
final class MemoryProgram {

    private static final boolean ARM = "aarch64".equals(System.getProperty("os.arch"));

    private final Linux linux;
    private final int descriptor;

    private MemoryProgram(Linux linux, int descriptor) {
        this.linux = linux;
        this.descriptor = descriptor;
    }

    /** Makes an empty file for it; nothing where the kernel or a limit does not let there be one. */
    static Optional<MemoryProgram> create(Linux linux, String name) {
        // A limit of the size of files is an error then, and does not end this process.
        linux.blockSignals(LaunchSignals.HANDLED.with(Signal.SIGXFSZ));
        try {
            return Optional.of(new MemoryProgram(linux, linux.executableMemory(name)));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    /** The one of these that is for this machine, as bytes. */
    static byte[] bytes(String x86, String arm) {
        return bytes(ARM ? arm : x86);
    }

    static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace("\n", ""));
    }

    /** Adds {@code bytes} to its end; whether there was room, without which it is closed. */
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
     * Becomes this program; returns only when it cannot.
     *
     * @param byPath whether by way of {@code /proc}, with execve(2), where a filter forbids execveat(2)
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
