package dev.rustyrun.network;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import java.nio.charset.StandardCharsets;

/** Where an {@link AttemptLog} of a proxy goes: a descriptor, and connections. */
final class LogOutput implements AttemptLog.Output, AttemptLog.Followers {

    /** Of a file, so that no container fills a disk by what it tries. */
    static final long MAX_FILE_BYTES = 4 * 1024 * 1024;

    /** A pipe that can be written to has room for so much; man 7 pipe. */
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
            // To a FIFO that does not wait, so short a line is written whole or not at all; man 7 pipe.
            linux.writeAll(descriptor, bytes);
            written += bytes.length;
            return true;
        } catch (LinuxException e) {
            // EAGAIN, or nobody reads it.
            return false;
        }
    }

    /** Whether a write of so much does not wait for the reader, who may read nothing: the file's flags are not ours to change. */
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
