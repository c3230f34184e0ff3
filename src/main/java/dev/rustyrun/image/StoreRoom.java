package dev.rustyrun.image;

import dev.rustyrun.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** What a store takes, and may take. Nothing is counted when it has no limit. */
public final class StoreRoom {

    private static final String LAYERS = "layers";
    private static final String LOCK = "room.lock";
    /** Nobody reserves more of what is left than its fourth part at once, so that others find some. */
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

    /** What puts something into the store. */
    interface Putting {
        void put() throws IOException;
    }

    /** Does that if there is room for {@code bytes}; of several processes one at a time. */
    void take(long bytes, Putting work) throws IOException {
        Optional<StoreLimit> most = limit.get();
        if (most.isEmpty()) {
            work.put();
            return;
        }
        try (StoreLock lock = StoreLock.alone(linux, folder.path(LOCK))) {
            most.get().check(folder.root(), taken(), bytes);
            work.put();
        }
    }

    /**
     * Checks that there is room for {@code bytes} before they are fetched.
     *
     * @throws ImageException when there is not
     */
    void check(long bytes) {
        limit.get().ifPresent(most -> most.check(folder.root(), taken(), bytes));
    }

    /**
     * Room for what grows while it is made; none without a limit.
     *
     * @throws ImageException when the store is full
     */
    public Optional<RoomReservation> reservation() throws IOException {
        Optional<StoreLimit> most = limit.get();
        if (most.isEmpty()) {
            return Optional.empty();
        }
        folder.make("");
        try (StoreLock lock = StoreLock.alone(linux, folder.path(LOCK))) {
            RoomReservation.removeLeft(linux, folder);
            most.get().check(folder.root(), taken(), 1);
            return Optional.of(RoomReservation.make(this, linux, folder));
        }
    }

    /**
     * Reserves {@code least} bytes, or up to {@code wanted} if there is room; of several processes one at a time.
     *
     * @param write writes down how many
     * @return how many; 0 when there is no room for {@code least}
     */
    long reserve(long least, long wanted, LongConsumer write) {
        try (StoreLock lock = StoreLock.alone(linux, folder.path(LOCK))) {
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

    /** The bytes that all blobs take. */
    long blobs() {
        long size = 0;
        for (String algorithm : Blobs.ALGORITHMS) {
            for (String hex : folder.names(Blobs.BLOBS + "/" + algorithm)) {
                size += sizeOf(folder.path(Blobs.BLOBS).resolve(algorithm).resolve(hex));
            }
        }
        return size;
    }

    /** The bytes that the files in unpacked layers have. */
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
