package dev.rustyrun.network;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.nio.charset.StandardCharsets;

/** Where an {@link AttemptLog} of a proxy goes: a descriptor, and connections. */
final class LogOutput implements AttemptLog.Output, AttemptLog.Followers {

    /** Of a file, so that no container fills a disk by what it tries. */
    static final long MAX_FILE_BYTES = 4 * 1024 * 1024;

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
        if (isFile && written + bytes.length > MAX_FILE_BYTES) {
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
