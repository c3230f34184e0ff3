package dev.rustyrun.image;

import dev.rustyrun.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** What a store takes, and may take. Nothing is counted when it has no limit. */
public final class StoreRoom {

    private static final String LAYERS = "layers";
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
        try (StoreLock lock = StoreLock.alone(linux, folder.path("room.lock"))) {
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
     * How many bytes more it may take; as many as can be counted without a limit.
     *
     * @throws ImageException when it is full
     */
    public long left() {
        Optional<StoreLimit> most = limit.get();
        if (most.isEmpty()) {
            return Long.MAX_VALUE;
        }
        long taken = taken();
        most.get().check(folder.root(), taken, 1);
        return most.get().bytes() - taken;
    }

    private long taken() {
        return blobs() + layers();
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
