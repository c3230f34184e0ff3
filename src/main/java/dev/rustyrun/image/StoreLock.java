package dev.rustyrun.image;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import java.nio.file.Path;
import java.util.Optional;

/** A lock on a file of the store; it ends at the latest with its process; man 2 flock. */
public final class StoreLock implements AutoCloseable {

    private static final int MODE = 0600;

    private final Linux linux;
    private final int descriptor;

    private StoreLock(Linux linux, Path file) {
        this.linux = linux;
        this.descriptor =
                linux.openToWrite(file.toString(), FileFlag.O_WRONLY | FileFlag.O_CREAT | FileFlag.O_NOFOLLOW, MODE);
    }

    /** Waits for the exclusive lock. */
    static StoreLock exclusive(Linux linux, Path file) {
        StoreLock lock = new StoreLock(linux, file);
        linux.lock(lock.descriptor);
        return lock;
    }

    /** Waits for a shared lock. */
    static StoreLock shared(Linux linux, Path file) {
        StoreLock lock = new StoreLock(linux, file);
        linux.share(lock.descriptor);
        return lock;
    }

    /** The exclusive lock, if no other process has the lock. */
    static Optional<StoreLock> ifFree(Linux linux, Path file) {
        StoreLock lock = new StoreLock(linux, file);
        if (linux.lockIfFree(lock.descriptor)) {
            return Optional.of(lock);
        }
        lock.close();
        return Optional.empty();
    }

    @Override
    public void close() {
        linux.close(descriptor);
    }
}
