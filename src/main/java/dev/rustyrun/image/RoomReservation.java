package dev.rustyrun.image;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/**
 * A reservation of space in a store for data whose final size is unknown; it grows in portions. Other processes count
 * it as used. It is a sparse file whose size is the reserved space. Its owner locks it, so the reservation of a killed
 * process ends. Safe for use by several threads.
 */
public final class RoomReservation implements AutoCloseable {

    static final String FOLDER = "room";

    private static final long PORTION = 64 << 20;
    private static final int FLAGS = FileFlag.O_RDWR | FileFlag.O_NOFOLLOW;

    private final StoreRoom room;
    private final Linux linux;
    private final Path file;
    private final OpenFile open;
    private long reserved;
    private long used;

    private RoomReservation(StoreRoom room, Linux linux, Path file) {
        this.room = room;
        this.linux = linux;
        this.file = file;
        this.open = new OpenFile(linux, linux.openToWrite(file.toString(), FLAGS | FileFlag.O_CREAT, 0600));
    }

    /** Makes an empty reservation. The caller must hold the lock on the room. */
    static RoomReservation make(StoreRoom room, Linux linux, StoreFolder folder) throws IOException {
        Path file = folder.make(FOLDER).resolve(UUID.randomUUID().toString());
        RoomReservation made = new RoomReservation(room, linux, file);
        linux.lock(made.open.descriptor());
        return made;
    }

    /** Takes {@code bytes} more; returns whether the store has room for them. */
    public synchronized boolean take(long bytes) {
        if (used + bytes > reserved) {
            long more = room.reserve(used + bytes - reserved, PORTION, size -> {
                linux.truncate(open.descriptor(), reserved + size);
                reserved += size;
            });
            if (more == 0) {
                return false;
            }
        }
        used += bytes;
        return true;
    }

    /** The total of all reservations in {@code folder}, in bytes. */
    static long all(Linux linux, StoreFolder folder) {
        long bytes = 0;
        for (String name : folder.names(FOLDER)) {
            bytes += held(linux, folder.path(FOLDER).resolve(name));
        }
        return bytes;
    }

    private static long held(Linux linux, Path file) {
        try (OpenFile found = new OpenFile(linux, linux.open(file.toString(), FLAGS))) {
            return linux.lockIfFree(found.descriptor())
                    ? 0
                    : linux.status(found.descriptor()).size();
        } catch (LinuxException e) {
            // The reservation has just ended.
            return 0;
        }
    }

    /** Removes the reservations of killed processes. The caller must hold the lock on the room. */
    static void removeLeft(Linux linux, StoreFolder folder) throws IOException {
        for (String name : folder.names(FOLDER)) {
            Path file = folder.path(FOLDER).resolve(name);
            try (OpenFile found = new OpenFile(linux, linux.open(file.toString(), FLAGS))) {
                if (linux.lockIfFree(found.descriptor())) {
                    Files.deleteIfExists(file);
                }
            } catch (LinuxException e) {
                // The reservation has just ended.
                continue;
            }
        }
    }

    @Override
    public void close() {
        linux.removeFile(file.toString());
        open.close();
    }
}
