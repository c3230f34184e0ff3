package dev.rustyrun.network;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import java.nio.charset.StandardCharsets;

/** The output of a proxy's {@link AttemptLog}: a descriptor, and connections of followers. */
final class LogOutput implements AttemptLog.Output, AttemptLog.Followers {

    /** The maximum size of a log file, so that a container cannot fill the disk with attempts. */
    static final long MAX_FILE_BYTES = 4 * 1024 * 1024;

    /** A pipe that poll(2) reports as writable has at least this much room; man 7 pipe. */
    private static final int PIPE_BUF = 4096;

    private final Linux linux;
    private final int descriptor;
    private final boolean isFile;
    private long written;

    LogOutput(Linux linux, int descriptor) {
        this.linux = linux;
        this.descriptor = descriptor;
        this.isFile = linux.status(descriptor).isRegularFile();
    }

    @Override
    public boolean write(String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        if (isFile ? written + bytes.length > MAX_FILE_BYTES : !hasRoomFor(bytes.length)) {
            return false;
        }
        try {
            // Lines are shorter than PIPE_BUF, so a write to a non-blocking FIFO is atomic; man 7 pipe.
            linux.writeAll(descriptor, bytes);
            written += bytes.length;
            return true;
        } catch (LinuxException e) {
            // EAGAIN, or the pipe has no reader.
            return false;
        }
    }

    /**
     * Whether a write of {@code count} bytes does not block. The descriptor is shared, so it must not be made
     * non-blocking.
     */
    private boolean hasRoomFor(int count) {
        PollSet set = new PollSet(1);
        set.add(descriptor, PollSet.POLLOUT);
        return count <= PIPE_BUF && linux.poll(set, 0);
    }

    @Override
    public boolean send(int connection, String line) {
        try {
            linux.send(connection, line.getBytes(StandardCharsets.UTF_8), -1);
            return true;
        } catch (LinuxException e) {
            return e.errno() == Errno.EAGAIN;
        }
    }

    @Override
    public void close(int connection) {
        linux.close(connection);
    }
}
