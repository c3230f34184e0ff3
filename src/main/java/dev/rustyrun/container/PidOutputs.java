package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where a caller finds the process that a command has started.
 *
 * @param file path of a file that gets its process id
 * @param socket path of a unix socket that gets a descriptor of it; man 2 pidfd_open
 */
public record PidOutputs(Optional<String> file, Optional<String> socket) {

    /** Nowhere. */
    static final PidOutputs NONE = new PidOutputs(Optional.empty(), Optional.empty());

    /**
     * Reports process {@code pid}.
     *
     * @param kind what it is for the receiver of the descriptor, in runc's words: {@code standard} or {@code setns}
     */
    void report(Linux linux, int pid, String kind) {
        file.ifPresent(path -> PidFile.write(linux, path, pid));
        socket.ifPresent(path -> send(linux, path, pid, kind));
    }

    private static void send(Linux linux, String path, int pid, String kind) {
        try (OpenFile process = new OpenFile(linux, linux.processDescriptor(pid));
                OpenFile receiver = new OpenFile(linux, linux.connect(path))) {
            linux.send(receiver.descriptor(), kind.getBytes(StandardCharsets.US_ASCII), process.descriptor());
        } catch (LinuxException e) {
            throw LinuxException.of("--pidfd-socket " + path, e.errno());
        }
    }
}
