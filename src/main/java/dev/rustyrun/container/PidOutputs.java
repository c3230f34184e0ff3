package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Where the process that a command has started is reported to the caller.
 *
 * @param file path of a file that gets the process id
 * @param socket path of a unix socket that gets a pidfd of the process; man 2 pidfd_open
 */
public record PidOutputs(Optional<String> file, Optional<String> socket) {

    /** No report. */
    static final PidOutputs NONE = new PidOutputs(Optional.empty(), Optional.empty());

    /**
     * Reports process {@code pid}.
     *
     * @param kind the message that goes with the pidfd, as in runc: {@code standard} for a container's first process,
     *        {@code setns} for an exec
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
