package dev.rustyrun.container.log;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.nio.file.Path;

/**
 * Keeps what its owner has not read of a container's log: as long as the file that is being read is locked, the monitor removes
 * none, and rather lets the command wait. The lock goes with this process (man 2 flock), and the monitor is told of that by the
 * end of a FIFO. Used by one thread at a time.
 */
public final class LogHold implements AutoCloseable {

    private static final byte[] WENT_ON = {'\n'};

    private final Linux linux;
    private final Path log;
    private final Path readers;
    private int fifo = -1;
    private int locked = -1;
    private int generation = -1;

    /**
     * @param log its first file
     * @param readers the FIFO whose writers tell the monitor that they went on
     */
    public LogHold(Linux linux, Path log, Path readers) {
        this.linux = linux;
        this.log = log;
        this.readers = readers;
    }

    /**
     * Holds all that will be written from now on; to be asked for before the container is started by who wants to miss nothing.
     *
     * @param untouched whether nothing has been written yet, for the container has not been started
     * @throws LinuxException when no descriptor is free
     */
    public void begin(boolean untouched) {
        fifo = linux.open(readers.toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW);
        if (untouched) {
            lock(0, FileFlag.O_RDONLY | FileFlag.O_CREAT | FileFlag.O_NOFOLLOW);
        }
    }

    /** From now on, holds what has not been read of the file of that number, and all after it. */
    public void move(int reached) {
        if (fifo >= 0 && reached != generation && lock(reached, FileFlag.O_RDONLY | FileFlag.O_NOFOLLOW)) {
            try {
                linux.write(fifo, WENT_ON, 0, WENT_ON.length);
            } catch (LinuxException e) {
                // It is full: the monitor will be woken by what is in it.
            }
        }
    }

    private boolean lock(int reached, int flags) {
        int opened;
        try {
            opened = linux.openToWrite(LogWriter.file(log, reached).toString(), flags, 0600);
        } catch (LinuxException e) {
            // It is gone already.
            return false;
        }
        if (!linux.shareIfFree(opened)) {
            linux.close(opened);
            return false;
        }
        letGo();
        locked = opened;
        generation = reached;
        return true;
    }

    private void letGo() {
        if (locked >= 0) {
            linux.close(locked);
            locked = -1;
        }
    }

    @Override
    public void close() {
        letGo();
        if (fifo >= 0) {
            linux.close(fifo);
            fifo = -1;
        }
    }
}
