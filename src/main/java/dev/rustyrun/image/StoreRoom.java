package dev.rustyrun.image;

import dev.rustyrun.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Accounts for the disk space of a store and enforces its limit. Without a limit, writes are not counted. */
public final class StoreRoom {

    private static final String LAYERS = "layers";
    private static final String LOCK = "room.lock";
    /** A reservation gets at most a quarter of the free space beyond what it needs, so that others find some. */
    private static final int SHARE = 4;

    private static final String BYTES = "bytes=";

    private final Linux linux;
    private final StoreFolder folder;
    private final Supplier<Optional<StoreLimit>> limit;

    StoreRoom(Linux linux, StoreFolder folder, Supplier<Optional<StoreLimit>> limit) {
        this.linux = linux;
        this.folder = folder;
        this.limit = limit;
    }

    /** An operation that writes to the store. */
    interface Putting {
        void put() throws IOException;
    }

    /** Runs {@code work} if the store has room for {@code bytes}; one process at a time. */
    void take(long bytes, Putting work) throws IOException {
        Optional<StoreLimit> most = limit.get();
        if (most.isEmpty()) {
            work.put();
            return;
        }
        try (StoreLock lock = StoreLock.exclusive(linux, folder.path(LOCK))) {
            most.get().check(folder.root(), taken(), bytes);
            work.put();
        }
    }

    /**
     * Checks that the store has room for {@code bytes} before they are fetched.
     *
     * @throws ImageException when the store is full
     */
    void check(long bytes) {
        limit.get().ifPresent(most -> most.check(folder.root(), taken(), bytes));
    }

    /**
     * A reservation for data whose final size is unknown; empty when the store has no limit.
     *
     * @throws ImageException when the store is full
     */
    public Optional<RoomReservation> reservation() throws IOException {
        Optional<StoreLimit> most = limit.get();
        if (most.isEmpty()) {
            return Optional.empty();
        }
        folder.make("");
        try (StoreLock lock = StoreLock.exclusive(linux, folder.path(LOCK))) {
            RoomReservation.removeLeft(linux, folder);
            most.get().check(folder.root(), taken(), 1);
            return Optional.of(RoomReservation.make(this, linux, folder));
        }
    }

    /**
     * Reserves at least {@code least} and up to {@code wanted} bytes; one process at a time.
     *
     * @param write records the number of bytes
     * @return the number of bytes; 0 when the store has no room for {@code least}
     */
    long reserve(long least, long wanted, LongConsumer write) {
        try (StoreLock lock = StoreLock.exclusive(linux, folder.path(LOCK))) {
            long left = limit.get().map(StoreLimit::bytes).orElse(Long.MAX_VALUE) - taken();
            if (left < least) {
                return 0;
            }
            long more = Math.max(least, Math.min(wanted, left / SHARE));
            write.accept(more);
            return more;
        }
    }

    private long taken() {
        return blobs() + layers() + RoomReservation.all(linux, folder);
    }

    /** The total size of all blobs in bytes. */
    long blobs() {
        long size = 0;
        for (String algorithm : Blobs.ALGORITHMS) {
            for (String hex : folder.names(Blobs.BLOBS + "/" + algorithm)) {
                size += sizeOf(folder.path(Blobs.BLOBS).resolve(algorithm).resolve(hex));
            }
        }
        return size;
    }

    /** The total size of the files in unpacked layers in bytes. */
    long layers() {
        return folder.names(LAYERS).stream()
                .map(hex -> folder.path(LAYERS).resolve(hex).resolve("info"))
                .mapToLong(StoreRoom::bytes)
                .sum();
    }

    private static long bytes(Path info) {
        try {
            List<String> lines = Files.readAllLines(info);
            return lines.stream()
                    .filter(line -> line.matches(BYTES + "[0-9]{1,18}"))
                    .mapToLong(line -> Long.parseLong(line.substring(BYTES.length())))
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
