package dev.rustyrun.http;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;

/**
 * Keeps what its owner has not read of a container's log: as long as the file that is being read is locked, the monitor removes
 * none, and rather lets the command wait. The lock goes with this process (man 2 flock), and the monitor is told of that by the
 * end of a FIFO. Used by one thread at a time.
 */
final class LogHold implements AutoCloseable {

    private static final byte[] WENT_ON = {'\n'};

    private final Linux linux;
    private final ContainerFolder folder;
    private int fifo = -1;
    private int locked = -1;
    private int generation = -1;

    LogHold(Linux linux, ContainerFolder folder) {
        this.linux = linux;
        this.folder = folder;
    }

    /**
     * Holds all that will be written from now on; to be asked for before the container is started by who wants to miss nothing.
     *
     * @throws LinuxException when no descriptor is free
     */
    void begin() {
        fifo = linux.open(folder.readers().toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW);
        if (ContainerStatus.of(linux, folder) == ContainerStatus.CREATED) {
            lock(0, FileFlag.O_RDONLY | FileFlag.O_CREAT | FileFlag.O_NOFOLLOW);
        }
    }

    /** From now on, holds what has not been read of the file of that number, and all after it. */
    void move(int reached) {
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
            opened = linux.openToWrite(LogWriter.file(folder.log(), reached).toString(), flags, 0600);
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
