package dev.rustyrun.image;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import java.nio.file.Path;
import java.util.Optional;

/** A lock on a file of the store; it ends with its holder, however that ends; man 2 flock. */
public final class StoreLock implements AutoCloseable {

    private static final int MODE = 0600;

    private final Linux linux;
    private final int descriptor;

    private StoreLock(Linux linux, Path file) {
        this.linux = linux;
        this.descriptor =
                linux.openToWrite(file.toString(), FileFlag.O_WRONLY | FileFlag.O_CREAT | FileFlag.O_NOFOLLOW, MODE);
    }

    /** Waits until nobody else has it. */
    static StoreLock alone(Linux linux, Path file) {
        StoreLock lock = new StoreLock(linux, file);
        linux.lock(lock.descriptor);
        return lock;
    }

    /** Waits until nobody has it alone. */
    static StoreLock shared(Linux linux, Path file) {
        StoreLock lock = new StoreLock(linux, file);
        linux.share(lock.descriptor);
        return lock;
    }

    /** The lock, unless somebody else has it. */
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
