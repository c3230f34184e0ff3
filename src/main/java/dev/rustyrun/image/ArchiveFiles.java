package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * The files of an image archive. Each file of a tar becomes a file in the store's folder with a random name, so the
 * archive cannot decide which files are written. Links, which old docker archives contain, are resolved only inside the
 * archive.
 */
final class ArchiveFiles implements AutoCloseable {

    private static final int MAX_ENTRIES = 100_000;
    private static final int MAX_NAME = 4096;
    private static final int MAX_LINKS = 8;
    private static final long MAX_BYTES = 1L << 40;

    private final Map<String, File> files = new HashMap<>();
    private final Map<String, String> links = new HashMap<>();
    private final Optional<Path> directory;

    private ArchiveFiles(Optional<Path> directory) {
        this.directory = directory;
    }

    /** A file and its digest; the digest of a file in a directory is not known yet. */
    record File(Path path, long size, Optional<Digest> digest) {}

    /** The files of an OCI image layout in a directory. */
    static ArchiveFiles of(Path directory) {
        return new ArchiveFiles(Optional.of(directory));
    }

    /**
     * The files of a tar stream, which may be compressed.
     *
     * @throws InvalidSpecException when the stream is not a tar, or has invalid entries
     */
    static ArchiveFiles of(StoreFolder folder, InputStream in) throws IOException {
        ArchiveFiles all = new ArchiveFiles(Optional.empty());
        boolean done = false;
        // Closing the tar must not close the caller's stream.
        InputStream own = new FilterInputStream(in) {
            @Override
            public void close() {
                // The caller closes its stream.
            }
        };
        try (TarArchiveInputStream tar = new TarArchiveInputStream(LayerStream.of(own), "UTF-8")) {
            all.read(folder, tar);
            done = true;
            return all;
        } catch (IllegalArgumentException e) {
            throw new InvalidSpecException("the archive is not a tar: " + e.getMessage());
        } finally {
            if (!done) {
                all.close();
            }
        }
    }

    private void read(StoreFolder folder, TarArchiveInputStream tar) throws IOException {
        long total = 0;
        for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
            if (entry.isDirectory()) {
                continue;
            }
            String name = normalized(entry.getName());
            if (files.containsKey(name) || links.containsKey(name)) {
                throw new InvalidSpecException("the archive has two entries " + Printable.quoted(name));
            }
            if (files.size() + links.size() >= MAX_ENTRIES) {
                throw new InvalidSpecException("the archive has more than " + MAX_ENTRIES + " entries");
            }
            if (entry.isSymbolicLink()) {
                int slash = name.lastIndexOf('/');
                links.put(name, normalized(name.substring(0, slash + 1) + entry.getLinkName()));
            } else if (entry.isLink()) {
                links.put(name, normalized(entry.getLinkName()));
            } else if (isPlain(entry)) {
                File file = spool(folder, tar, MAX_BYTES - total);
                files.put(name, file);
                total += file.size();
            } else {
                throw new InvalidSpecException("the archive's entry " + Printable.quoted(name)
                        + " is neither a file nor a directory nor a link");
            }
        }
        if (files.isEmpty()) {
            throw new InvalidSpecException("the archive is empty, or not a tar");
        }
    }

    private static boolean isPlain(TarArchiveEntry entry) {
        return entry.isFile()
                && !entry.isSparse()
                && !entry.isFIFO()
                && !entry.isCharacterDevice()
                && !entry.isBlockDevice();
    }

    /** Normalizes a name: removes "." and ".."; a name that leaves the archive is refused. */
    private static String normalized(String name) {
        Deque<String> parts = new ArrayDeque<>();
        if (name.length() > MAX_NAME || name.startsWith("/")) {
            throw outside(name);
        }
        for (String part : name.split("/")) {
            if (part.equals("..")) {
                if (parts.pollLast() == null) {
                    throw outside(name);
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return String.join("/", parts);
    }

    private static InvalidSpecException outside(String name) {
        return new InvalidSpecException("the archive names " + Printable.quoted(name) + ", which is outside of it");
    }

    /** Copies the rest of {@code in} into a temporary file of the store. */
    static File spool(StoreFolder folder, InputStream in, long most) throws IOException {
        Path path = folder.temporary();
        boolean done = false;
        try (FileChannel file = StoreFolder.create(path);
                ContentHash hash = ContentHash.of(Digest.SHA256)) {
            byte[] buffer = new byte[Blobs.BUFFER];
            long size = 0;
            for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
                size += got;
                if (size > most) {
                    throw new InvalidSpecException("the archive holds more than " + MAX_BYTES + " bytes");
                }
                hash.update(buffer, 0, got);
                ByteBuffer rest = ByteBuffer.wrap(buffer, 0, got);
                while (rest.hasRemaining()) {
                    file.write(rest);
                }
            }
            file.force(true);
            done = true;
            return new File(path, size, Optional.of(hash.digest()));
        } finally {
            if (!done) {
                Files.deleteIfExists(path);
            }
        }
    }

    boolean has(String name) {
        return find(name).isPresent();
    }

    /**
     * The file called {@code name}.
     *
     * @throws InvalidSpecException when it is missing
     */
    File get(String name) {
        return find(name)
                .orElseThrow(() -> new InvalidSpecException("the archive has no file " + Printable.quoted(name)));
    }

    private Optional<File> find(String name) {
        String wanted = normalized(name);
        if (directory.isPresent()) {
            Path path = directory.get().resolve(wanted);
            try {
                return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                        ? Optional.of(new File(path, Files.size(path), Optional.empty()))
                        : Optional.empty();
            } catch (IOException e) {
                return Optional.empty();
            }
        }
        for (int followed = 0; links.containsKey(wanted) && followed < MAX_LINKS; followed++) {
            wanted = links.get(wanted);
        }
        return Optional.ofNullable(files.get(wanted));
    }

    /** The bytes of a small file. */
    byte[] read(String name, int most) throws IOException {
        File file = get(name);
        if (file.size() > most) {
            throw new InvalidSpecException(
                    "the archive's " + Printable.quoted(name) + " has more than " + most + " bytes");
        }
        return Files.readAllBytes(file.path());
    }

    /** Stores a file as the blob that {@code blob} describes, and checks its size and digest. */
    void store(String name, Descriptor blob, Blobs blobs) throws IOException {
        if (blobs.has(blob.digest(), blob.size())) {
            return;
        }
        File file = get(name);
        if (file.size() != blob.size()) {
            throw new WrongBlobException("the archive's " + Printable.quoted(name) + " has " + file.size()
                    + " bytes, and the manifest says " + blob.size());
        }
        if (file.digest().equals(Optional.of(blob.digest()))) {
            blobs.adopt(file.path(), blob.digest());
            // An entry with the same bytes has another file, which {@link #close} removes.
            files.replaceAll((other, old) -> old.path().equals(file.path())
                    ? new File(blobs.path(blob.digest()), old.size(), old.digest())
                    : old);
            return;
        }
        blobs.fetch(blob, offset -> new Blobs.Part(Files.newInputStream(file.path()), 0), Progress.NONE);
    }

    /** Removes the temporary files that are left in the store's folder. */
    @Override
    public void close() throws IOException {
        for (File file : List.copyOf(files.values())) {
            if (file.path().getFileName().toString().startsWith(StoreFolder.NEW)) {
                Files.deleteIfExists(file.path());
            }
        }
    }
}
