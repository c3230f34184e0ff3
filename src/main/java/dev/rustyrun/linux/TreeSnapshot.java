package dev.rustyrun.linux;

import dev.rustyrun.linux.FileStatus.Moment;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The inode and the time of the last change of each file of a tree at one moment. Every later change of a file, of its
 * contents or metadata, gives it another time, and a replaced file has another inode; man 7 inode.
 */
public final class TreeSnapshot {

    private static final int LOOK = FileFlag.O_PATH | FileFlag.O_NOFOLLOW;
    private static final int LIST = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
    private static final int NUMBERS = Long.BYTES + Long.BYTES + Integer.BYTES + Integer.BYTES;
    private static final int PIECE = 1 << 16;
    /** Longer than a step of the clock of any file system. */
    private static final long MAX_WAIT_NANOS = 3_000_000_000L;

    private record Stamp(long inode, Moment changed) {

        static Stamp of(FileStatus status) {
            return new Stamp(status.place().inode(), status.changed());
        }
    }

    /** The files of each directory; the path of a directory is empty, or ends with a slash. */
    private final Map<String, Map<String, Stamp>> directories = new HashMap<>();

    private TreeSnapshot() {}

    /**
     * Writes a snapshot of the tree at the open directory {@code root}, and waits until later changes have a later time:
     * the kernel's clock for these times has steps of some milliseconds.
     */
    public static void write(Linux linux, OpenFile root, OpenFile file) {
        Writer writer = new Writer(linux, root, file);
        writer.directory(".", "");
        writer.flush();
        long start = System.nanoTime();
        do {
            linux.setTimes(file.descriptor(), 0, 0);
        } while (linux.status(file.descriptor()).changed().compareTo(writer.last) <= 0
                && System.nanoTime() - start < MAX_WAIT_NANOS);
    }

    /** Writes, for each file, its inode, its time, the length of its path, and its path. */
    private static final class Writer {

        private final Linux linux;
        private final OpenFile root;
        private final OpenFile file;
        private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
        private Moment last = new Moment(0, 0);

        Writer(Linux linux, OpenFile root, OpenFile file) {
            this.linux = linux;
            this.root = root;
            this.file = file;
        }

        void directory(String place, String path) {
            try (OpenFile open = new OpenFile(linux, linux.openWithoutLinks(root.descriptor(), place, LIST))) {
                for (var names = linux.nextFileNames(open.descriptor());
                        !names.isEmpty();
                        names = linux.nextFileNames(open.descriptor())) {
                    names.forEach(name -> member(path + name));
                }
            }
        }

        private void member(String path) {
            FileStatus status;
            try (OpenFile open = new OpenFile(linux, linux.openWithoutLinks(root.descriptor(), path, LOOK))) {
                status = linux.status(open.descriptor());
            }
            put(status, FileName.bytes(path));
            if (status.isDirectory()) {
                directory(path, path + "/");
            }
        }

        private void put(FileStatus status, byte[] path) {
            Stamp stamp = Stamp.of(status);
            last = stamp.changed.compareTo(last) > 0 ? stamp.changed : last;
            pending.writeBytes(ByteBuffer.allocate(NUMBERS)
                    .putLong(stamp.inode)
                    .putLong(stamp.changed.seconds())
                    .putInt(stamp.changed.nanos())
                    .putInt(path.length)
                    .array());
            pending.writeBytes(path);
            if (pending.size() > PIECE) {
                flush();
            }
        }

        void flush() {
            linux.writeAll(file.descriptor(), pending.toByteArray());
            pending.reset();
        }
    }

    /** Reads what {@link #write} has written. */
    public static TreeSnapshot read(Linux linux, OpenFile file) {
        TreeSnapshot snapshot = new TreeSnapshot();
        ByteBuffer all = ByteBuffer.wrap(linux.readBytes(file.descriptor(), Integer.MAX_VALUE));
        while (all.hasRemaining()) {
            long inode = all.getLong();
            Moment changed = new Moment(all.getLong(), all.getInt());
            byte[] path = new byte[all.getInt()];
            all.get(path);
            snapshot.add(FileName.of(path), new Stamp(inode, changed));
        }
        return snapshot;
    }

    private void add(String path, Stamp stamp) {
        int name = path.lastIndexOf('/') + 1;
        directories
                .computeIfAbsent(path.substring(0, name), none -> new HashMap<>())
                .put(path.substring(name), stamp);
    }

    /** The names in the directory {@code path}, which is empty or ends with a slash. */
    public Set<String> names(String path) {
        return directories.getOrDefault(path, Map.of()).keySet();
    }

    /** Whether the directory {@code path}, which is empty or ends with a slash, has {@code name}. */
    public boolean has(String path, String name) {
        return stamp(path, name).isPresent();
    }

    /** Whether the file {@code name} in the directory {@code path} has had this status. */
    public boolean matches(String path, String name, FileStatus status) {
        return stamp(path, name).filter(Stamp.of(status)::equals).isPresent();
    }

    private Optional<Stamp> stamp(String path, String name) {
        return Optional.ofNullable(directories.getOrDefault(path, Map.of()).get(name));
    }
}
