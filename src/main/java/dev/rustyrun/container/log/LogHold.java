package dev.rustyrun.container.log;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.nio.file.Path;

/**
 * Protects the unread part of a container's log. While the log file that is being read is locked, the monitor removes
 * no file and lets the command wait instead. The lock ends with this process (man 2 flock); the monitor notices that by
 * the end of a FIFO. Used by one thread at a time.
 */
public final class LogHold implements AutoCloseable {

    private static final byte[] PROGRESS = {'\n'};

    private final Linux linux;
    private final Path log;
    private final Path readers;
    private int fifo = -1;
    private int locked = -1;
    private int generation = -1;

    /**
     * @param log the first file of the log
     * @param readers the FIFO through which readers report progress to the monitor
     */
    public LogHold(Linux linux, Path log, Path readers) {
        this.linux = linux;
        this.log = log;
        this.readers = readers;
    }

    /**
     * Holds all output from now on. To miss nothing, call it before the container is started.
     *
     * @param untouched whether the log is still empty, because the container has not been started
     * @throws LinuxException when no descriptor is free
     */
    public void begin(boolean untouched) {
        fifo = linux.open(readers.toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW);
        if (untouched) {
            lock(0, FileFlag.O_RDONLY | FileFlag.O_CREAT | FileFlag.O_NOFOLLOW);
        }
    }

    /** From now on, holds the unread part of the file with number {@code reached}, and all later files. */
    public void move(int reached) {
        if (fifo >= 0 && reached != generation && lock(reached, FileFlag.O_RDONLY | FileFlag.O_NOFOLLOW)) {
            try {
                linux.write(fifo, PROGRESS, 0, PROGRESS.length);
            } catch (LinuxException e) {
                // The FIFO is full, so the monitor will wake up anyway.
            }
        }
    }

    private boolean lock(int reached, int flags) {
        int opened;
        try {
            opened = linux.openToWrite(LogWriter.file(log, reached).toString(), flags, 0600);
        } catch (LinuxException e) {
            // The file has already been removed.
            return false;
        }
        if (!linux.shareIfFree(opened)) {
            linux.close(opened);
            return false;
        }
        unlock();
        locked = opened;
        generation = reached;
        return true;
    }

    private void unlock() {
        if (locked >= 0) {
            linux.close(locked);
            locked = -1;
        }
    }

    @Override
    public void close() {
        unlock();
        if (fifo >= 0) {
            linux.close(fifo);
            fifo = -1;
        }
    }
}
