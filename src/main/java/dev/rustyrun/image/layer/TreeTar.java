package dev.rustyrun.image.layer;

import dev.rustyrun.image.tar.TarReader;
import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.image.tar.TarReader.More;
import dev.rustyrun.image.tar.TarWriter;
import dev.rustyrun.linux.AttributeName;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.FileStatus.Place;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.OverlayMarks;
import dev.rustyrun.linux.Printable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Writes a tree as a tar stream: either a whole tree, or the upper directory of a container's overlay as an image
 * layer; image-spec layer.md. A container may change the tree meanwhile. So each name is opened below the root without
 * following links, and only regular files and directories are then opened for reading. Sockets are omitted, as tar(1)
 * does.
 */
public final class TreeTar {

    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int LOOK = FileFlag.O_PATH | FileFlag.O_NOFOLLOW;
    private static final int MAX_PATH = 4095;

    private final Linux linux;
    private final OpenFile root;
    private final boolean layer;
    private final Set<String> leftOut;
    private final Optional<CopyChanges> changes;
    private final TarWriter tar;
    private final Map<Place, String> links = new HashMap<>();
    private final byte[] buffer = new byte[256 * 1024];

    private TreeTar(
            Linux linux,
            OpenFile root,
            boolean layer,
            Set<String> leftOut,
            Optional<CopyChanges> changes,
            OutputStream out) {
        this.linux = linux;
        this.root = root;
        this.layer = layer;
        this.leftOut = Set.copyOf(leftOut);
        this.changes = changes;
        this.tar = new TarWriter(out);
    }

    /** Writes the open directory {@code root} without the contents of mounts in it. */
    public static void write(Linux linux, OpenFile root, OutputStream out) throws IOException {
        new TreeTar(linux, root, false, Set.of(), Optional.empty(), out).write();
    }

    /**
     * Writes the upper directory of an overlay as a layer.
     *
     * @param mountPoints paths of files that are omitted when they are empty: launches make them as mount points
     * @throws LayerException when a file name would be a whiteout in a layer
     */
    public static void writeLayer(Linux linux, OpenFile upper, Set<String> mountPoints, OutputStream out)
            throws IOException {
        new TreeTar(linux, upper, true, mountPoints, Optional.empty(), out).write();
    }

    /**
     * Writes the changes of a copy of an image as a layer.
     *
     * @param root the root of the copy
     * @param mountPoints as for {@link #writeLayer(Linux, OpenFile, Set, OutputStream)}
     */
    public static void writeLayer(
            Linux linux, OpenFile root, CopyChanges changes, Set<String> mountPoints, OutputStream out)
            throws IOException {
        new TreeTar(linux, root, true, mountPoints, Optional.of(changes), out).write();
    }

    private void write() throws IOException {
        try (OpenFile start = new OpenFile(linux, linux.openWithoutLinks(root.descriptor(), ".", FileFlag.O_PATH))) {
            put(start, linux.status(start.descriptor()), "./", TarReader.DIRECTORY, "", 0);
        }
        directory("");
        tar.finish();
    }

    /** @param path empty, or ending with a slash */
    private void directory(String path) throws IOException {
        for (String name : names(path)) {
            if (changes.isEmpty() || changes.get().has(path, name)) {
                member(path + name, name);
            }
        }
        if (changes.isPresent()) {
            for (String name : changes.get().removed(path)) {
                whiteout(linux.status(root.descriptor()), path + WHITEOUT + name);
            }
        }
    }

    private List<String> names(String path) throws IOException {
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        String place = path.isEmpty() ? "." : path.substring(0, path.length() - 1);
        try (OpenFile open = new OpenFile(linux, linux.openOnSameFileSystem(root.descriptor(), place, flags))) {
            List<String> all = linux.fileNames(open.descriptor());
            Collections.sort(all);
            return all;
        } catch (LinuxException e) {
            if (isGone(e)) {
                return List.of();
            }
            throw unreadable(place, e);
        }
    }

    /** Whether the container has removed or replaced the file since it was listed. */
    private static boolean isGone(LinuxException e) {
        return e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP;
    }

    private static IOException unreadable(String path, LinuxException e) {
        return new IOException(Printable.quoted(path) + " cannot be read: " + Errno.describe(e.errno()));
    }

    private void member(String path, String name) throws IOException {
        if (path.length() > MAX_PATH) {
            throw new IOException("directories are nested too deep: a path is longer than " + MAX_PATH + " bytes");
        }
        try (OpenFile file = new OpenFile(linux, linux.openOnSameFileSystem(root.descriptor(), path, LOOK))) {
            member(file, linux.status(file.descriptor()), path, name);
            return;
        } catch (LinuxException e) {
            if (e.errno() != Errno.EXDEV) {
                if (isGone(e)) {
                    return;
                }
                throw unreadable(path, e);
            }
        }
        mountPoint(path);
    }

    private void mountPoint(String path) throws IOException {
        try (OpenFile file = new OpenFile(linux, linux.openWithoutLinks(root.descriptor(), path, LOOK))) {
            FileStatus status = linux.status(file.descriptor());
            if (status.isDirectory()) {
                put(file, status, path + "/", TarReader.DIRECTORY, "", 0);
            }
        } catch (LinuxException e) {
            if (!isGone(e)) {
                throw unreadable(path, e);
            }
        }
    }

    private void member(OpenFile file, FileStatus status, String path, String name) throws IOException {
        if (layer && status.isCharacterDevice(0, 0)) {
            whiteout(status, path.substring(0, path.length() - name.length()) + WHITEOUT + name);
            return;
        }
        if (layer && name.startsWith(WHITEOUT)) {
            throw new LayerException("the file " + Printable.quoted("/" + path)
                    + " cannot be in a layer: a name that begins with .wh. means a removed file there; rename it");
        }
        if (status.isDirectory()) {
            put(file, status, path + "/", TarReader.DIRECTORY, "", 0);
            if (layer && OverlayMarks.isOpaque(linux, file.path())) {
                whiteout(status, path + "/" + OPAQUE);
            }
            directory(path + "/");
        } else if (!status.isSocket() && !(leftOut.contains("/" + path) && status.size() == 0)) {
            other(file, status, path);
        }
    }

    /** Writes an empty file, which is a whiteout. */
    private void whiteout(FileStatus status, String path) throws IOException {
        More more = new More(status.modified(), 0, 0, 0, Map.of(), Optional.empty());
        tar.put(new Entry(path, "", TarReader.FILE, 0, 0, 0, more), 0);
    }

    private void other(OpenFile file, FileStatus status, String path) throws IOException {
        if (status.links() > 1) {
            String first = links.putIfAbsent(status.place(), path);
            if (first != null) {
                put(file, status, path, TarReader.HARD_LINK, first, 0);
                return;
            }
        }
        if (status.isRegularFile()) {
            contents(file, status, path);
        } else if (status.isSymbolicLink()) {
            put(file, status, path, TarReader.SYMBOLIC_LINK, linux.linkTarget(file.descriptor()), 0);
        } else {
            char type = status.isPipe()
                    ? TarReader.FIFO
                    : status.isBlockDevice() ? TarReader.BLOCK_DEVICE : TarReader.CHARACTER_DEVICE;
            put(file, status, path, type, "", 0);
        }
    }

    private void contents(OpenFile file, FileStatus status, String path) throws IOException {
        try (OpenFile open = new OpenFile(linux, linux.open(file.path(), FileFlag.O_RDONLY | FileFlag.O_NONBLOCK))) {
            put(file, status, path, TarReader.FILE, "", status.size());
            long left = status.size();
            for (int got = 1; left > 0 && got > 0; left -= got) {
                got = linux.read(open.descriptor(), buffer, (int) Math.min(left, buffer.length));
                tar.write(buffer, got);
            }
            // If the file has become shorter, the rest is zeros, because the header with its size is already written.
            Arrays.fill(buffer, (byte) 0);
            for (int count; left > 0; left -= count) {
                count = (int) Math.min(left, buffer.length);
                tar.write(buffer, count);
            }
        }
    }

    private void put(OpenFile file, FileStatus status, String path, char type, String link, long size)
            throws IOException {
        boolean device = type == TarReader.BLOCK_DEVICE || type == TarReader.CHARACTER_DEVICE;
        boolean named = type == TarReader.HARD_LINK || type == TarReader.SYMBOLIC_LINK;
        More more = new More(
                status.modified(),
                status.modifiedNanos(),
                device ? status.major() : 0,
                device ? status.minor() : 0,
                named ? Map.of() : attributes(file),
                Optional.empty());
        long uid = Integer.toUnsignedLong(status.uid());
        long gid = Integer.toUnsignedLong(status.gid());
        tar.put(new Entry(path, link, type, status.permissions(), uid, gid, more), size);
    }

    private Map<String, byte[]> attributes(OpenFile file) {
        Map<String, byte[]> all = new TreeMap<>();
        for (String name : linux.attributeNames(file.path())) {
            if (AttributeName.isCopied(name)) {
                linux.attributeBytes(file.path(), name).ifPresent(value -> all.put(name, value));
            }
        }
        return all;
    }
}
