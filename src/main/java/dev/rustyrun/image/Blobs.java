package dev.rustyrun.image;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The blobs of a store: files named by the digest of their bytes. */
final class Blobs {

    static final int BUFFER = 128 * 1024;

    static final String BLOBS = "blobs";
    static final List<String> ALGORITHMS = List.of(Digest.SHA256, Digest.SHA512);

    private final Linux linux;
    private final StoreFolder folder;
    private final StoreRoom room;

    Blobs(Linux linux, StoreFolder folder, StoreRoom room) {
        this.linux = linux;
        this.folder = folder;
        this.room = room;
    }

    /** The source of the bytes of a blob. */
    interface Source {

        /**
         * Opens the source.
         *
         * @param offset the number of bytes that are already stored
         * @throws IOException when a retry may succeed
         * @throws InvalidSpecException when a retry cannot succeed
         */
        Part open(long offset) throws IOException;
    }

    /**
     * The rest of a blob.
     *
     * @param offset where the bytes begin; may be less than the requested offset
     */
    record Part(InputStream bytes, long offset) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            bytes.close();
        }
    }

    Path path(Digest digest) {
        return folder.path(BLOBS).resolve(digest.algorithm()).resolve(digest.hex());
    }

    /** Whether the complete blob is stored. */
    boolean has(Digest digest, long size) {
        try {
            return Files.size(path(digest)) == size;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The bytes of a small blob.
     *
     * @throws InvalidSpecException when it is missing, or larger than {@code most} bytes
     */
    byte[] read(Digest digest, int most) {
        // Not by a channel of the JDK: the first one loads the JDK's network library.
        byte[] bytes;
        try (OpenFile file = new OpenFile(linux, linux.open(path(digest).toString(), FileFlag.O_RDONLY))) {
            bytes = linux.readBytes(file.descriptor(), most + 1);
        } catch (LinuxException e) {
            throw new InvalidSpecException("the image store has no blob " + digest + " (" + Errno.describe(e.errno())
                    + "); pull the image again");
        }
        if (bytes.length > most) {
            throw new InvalidSpecException("the blob " + digest + " has more than " + most + " bytes");
        }
        return bytes;
    }

    /** Stores a small blob. */
    Descriptor add(String mediaType, byte[] bytes) throws IOException {
        Descriptor blob = new Descriptor(mediaType, Digest.of(bytes), bytes.length);
        add(blob.digest(), bytes);
        return blob;
    }

    /** Stores a small blob with a known digest. */
    void add(Digest digest, byte[] bytes) throws IOException {
        if (!has(digest, bytes.length)) {
            folder.write(place(digest), bytes);
        }
    }

    /** Moves a synced file into the store as the blob with this digest, without checking the digest. */
    void adopt(Path file, Digest digest) throws IOException {
        Path place = place(digest);
        room.take(Files.size(file), () -> StoreFolder.move(file, place));
    }

    private Path place(Digest digest) throws IOException {
        folder.make(BLOBS + "/" + digest.algorithm());
        return path(digest);
    }

    /**
     * Fetches a blob, or its missing rest. If several processes want the same blob, one fetches it and the others wait.
     * After a broken connection, the received part is kept and the next attempt resumes there.
     *
     * @throws IOException when the connection broke or could not be made; a retry may succeed
     * @throws InvalidSpecException when the bytes do not match the digest or the size
     */
    void fetch(Descriptor blob, Source source, Progress progress) throws IOException {
        if (has(blob.digest(), blob.size())) {
            progress.end(blob.digest(), true);
            return;
        }
        Path partial = folder.partial(blob.digest());
        try (StoreLock lock = StoreLock.exclusive(linux, partial)) {
            if (has(blob.digest(), blob.size())) {
                progress.end(blob.digest(), true);
                return;
            }
            receive(blob, partial, source, progress);
            adopt(partial, blob.digest());
            progress.end(blob.digest(), false);
        }
    }

    private static void receive(Descriptor blob, Path partial, Source source, Progress progress) throws IOException {
        try (FileChannel file = FileChannel.open(
                        partial, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
                ContentHash hash = ContentHash.of(blob.digest().algorithm())) {
            if (file.size() > blob.size()) {
                file.truncate(0);
            }
            long here = file.size();
            if (here < blob.size() || here == 0) {
                try (Part part = source.open(here)) {
                    here = Math.min(part.offset(), here);
                    file.truncate(here);
                    hash(file, hash);
                    append(blob, file, part.bytes(), hash, progress);
                }
            } else {
                hash(file, hash);
            }
            Digest found = hash.digest();
            if (!found.equals(blob.digest())) {
                file.truncate(0);
                throw new WrongBlobException("the blob " + blob.digest() + " has another digest, " + found
                        + ": the registry or a proxy has changed it");
            }
            file.force(true);
        }
    }

    private static void append(Descriptor blob, FileChannel file, InputStream in, ContentHash hash, Progress progress)
            throws IOException {
        byte[] buffer = new byte[BUFFER];
        long done = file.position();
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
            if (done + got > blob.size()) {
                file.truncate(0);
                throw new WrongBlobException(
                        "the blob " + blob.digest() + " is larger than the manifest says, " + blob.size() + " bytes");
            }
            hash.update(buffer, 0, got);
            ByteBuffer rest = ByteBuffer.wrap(buffer, 0, got);
            while (rest.hasRemaining()) {
                file.write(rest);
            }
            done += got;
            progress.advance(blob.digest(), done);
        }
        if (done < blob.size()) {
            throw new IOException("the transfer ended after " + done + " of " + blob.size() + " bytes");
        }
    }

    /** Hashes the whole file; its position is at the end afterwards. */
    private static void hash(FileChannel file, ContentHash hash) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        file.position(0);
        while (file.read(buffer) >= 0) {
            hash.update(buffer.array(), 0, buffer.position());
            buffer.clear();
        }
    }

    /** The total size of all blobs in bytes. */
    long size() {
        return room.blobs();
    }

    /**
     * Removes all blobs except {@code needed}; returns how many bytes they took. The caller must hold the exclusive
     * lock.
     */
    long retain(Set<Digest> needed) throws IOException {
        Set<Path> kept = new HashSet<>();
        needed.forEach(digest -> kept.add(path(digest)));
        long freed = 0;
        for (String algorithm : ALGORITHMS) {
            for (String hex : folder.names(BLOBS + "/" + algorithm)) {
                Path file = folder.path(BLOBS).resolve(algorithm).resolve(hex);
                if (!kept.contains(file)) {
                    freed += StoreRoom.sizeOf(file);
                    Files.deleteIfExists(file);
                }
            }
        }
        return freed;
    }
}
