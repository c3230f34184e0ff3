package dev.rustyrun.image;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The folder of the store. Files are written atomically, even across a crash: to a temporary file, which is synced and
 * renamed.
 */
final class StoreFolder {

    /** The prefix of the names of temporary files. */
    static final String NEW = "new-";

    private static final String PARTIAL = "partial";

    private final Linux linux;
    private final Path root;

    StoreFolder(Linux linux, Path root) {
        this.linux = linux;
        this.root = root;
    }

    /**
     * The folder of a user's images: {@code $RUSTYRUN_IMAGES}, or else the system's folder for root or the user's own.
     */
    static Path placeOf(Linux linux) {
        Optional<String> chosen = variable("RUSTYRUN_IMAGES");
        if (chosen.isPresent()) {
            return Path.of(chosen.get());
        }
        if (linux.isRoot()) {
            return Path.of("/var/lib/rustyrun/images");
        }
        Optional<String> data = variable("XDG_DATA_HOME");
        return Path.of(data.or(() -> variable("HOME").map(home -> home + "/.local/share"))
                        .orElseThrow(() -> new InvalidSpecException(
                                "no folder for images: set HOME or XDG_DATA_HOME to an absolute path"))
                + "/rustyrun");
    }

    private static Optional<String> variable(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> value.startsWith("/"));
    }

    Path root() {
        return root;
    }

    Path path(String name) {
        return root.resolve(name);
    }

    /**
     * Refuses a store that other users could write.
     *
     * @return whether it exists
     */
    boolean check() {
        FileStatus status;
        try {
            status = linux.status(root.toString());
        } catch (LinuxException e) {
            return false;
        }
        if (!status.isDirectory() || !status.isOnlyWritableBy(linux.userId())) {
            throw new InvalidSpecException("the image store " + root
                    + " is refused: it is not a directory that only this user can write; check its contents, then"
                    + " chown and chmod go-w it");
        }
        return true;
    }

    /** The directory {@code name} in the folder; it is made if it is missing. */
    Path make(String name) throws IOException {
        Path path = root.resolve(name);
        makeDirectories(path);
        check();
        return path;
    }

    private static void makeDirectories(Path path) throws IOException {
        Files.createDirectories(
                path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** Atomically writes {@code bytes} to {@code path}, with mode 0600. */
    static void replace(Path path, byte[] bytes) throws IOException {
        makeDirectories(path.getParent());
        write(path.resolveSibling("." + path.getFileName() + "." + UUID.randomUUID()), path, bytes);
    }

    /** Atomically writes {@code bytes} to {@code path}, a file of this store. */
    void write(Path path, byte[] bytes) throws IOException {
        write(temporary(), path, bytes);
    }

    private static void write(Path beside, Path path, byte[] bytes) throws IOException {
        try {
            try (FileChannel file = create(beside)) {
                ByteBuffer rest = ByteBuffer.wrap(bytes);
                while (rest.hasRemaining()) {
                    file.write(rest);
                }
                file.force(true);
            }
            move(beside, path);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** A new path for a temporary file. */
    Path temporary() throws IOException {
        return make(PARTIAL).resolve(NEW + linux.processId() + "-" + UUID.randomUUID());
    }

    /** The path of a partly received blob. */
    Path partial(Digest digest) throws IOException {
        return make(PARTIAL).resolve(digest.algorithm() + "-" + digest.hex());
    }

    static FileChannel create(Path path) throws IOException {
        return FileChannel.open(
                path,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }

    /** Whether the disk or quota is full; Java reports that only in the message. */
    static boolean isFull(IOException e) {
        String why = String.valueOf(e.getMessage());
        return why.contains("No space left") || why.contains("Disk quota exceeded");
    }

    /** Renames a synced file durably. */
    static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(to.getParent());
    }

    static void sync(Path directory) throws IOException {
        try (FileChannel open = FileChannel.open(directory, StandardOpenOption.READ)) {
            open.force(true);
        }
    }

    /** The sorted names of the files in the directory {@code name}; empty when it is missing. */
    List<String> names(String name) {
        List<String> all = allNames(name);
        all.removeIf(file -> file.startsWith("."));
        return all;
    }

    /** Those names, and the names that begin with a dot. */
    List<String> allNames(String name) {
        List<String> all = new ArrayList<>();
        int directory;
        try {
            directory = linux.open(path(name).toString(), FileFlag.O_RDONLY | FileFlag.O_DIRECTORY);
        } catch (LinuxException e) {
            return all;
        }
        try {
            for (List<String> some = linux.nextNames(directory); !some.isEmpty(); some = linux.nextNames(directory)) {
                all.addAll(some);
            }
        } finally {
            linux.close(directory);
        }
        all.sort(null);
        return all;
    }

    /** Removes temporary files and partly received blobs. The caller must hold the exclusive lock on the blobs. */
    void removePartial() throws IOException {
        for (String name : names(PARTIAL)) {
            Files.deleteIfExists(path(PARTIAL).resolve(name));
        }
    }
}
