package dev.rustyrun.image.layer;

import dev.rustyrun.image.tar.SparseMap;
import dev.rustyrun.image.tar.TarReader;
import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.SparseOutput;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Unpacks a layer into an empty directory to which no other process writes; image-spec layer.md. The layer is not
 * trusted: every directory is opened below the root without following links, so that no file is made outside. Whiteouts
 * become a character device 0/0, and opaque whiteouts an attribute of the directory, as overlayfs expects.
 */
final class LayerTree implements AutoCloseable {

    private static final int OWNER_ONLY = 0700;
    /** The mode of a root directory without an entry, as in podman. */
    private static final int IMPLIED_ROOT = 0555;

    private static final int BUFFER = 256 * 1024;

    private final Linux linux;
    private final OpenFile root;
    private final LayerOwners owners;
    private final LayerLimits limits;
    private final LongSupplier read;
    private final LayerAttributes attributes;
    private final LayerDirectories directories;
    private final LayerWhiteouts whiteouts;
    private final byte[] buffer = new byte[BUFFER];
    private long entries;
    private long bytes;
    /** The bytes without holes. */
    private long taken;

    /**
     * @param root the directory, open for reading
     * @param read the number of compressed bytes read so far
     */
    LayerTree(Linux linux, OpenFile root, LayerOwners owners, LayerLimits limits, LongSupplier read) {
        this.linux = linux;
        this.root = root;
        this.owners = owners;
        this.limits = limits;
        this.read = read;
        this.attributes = new LayerAttributes(linux, owners, root);
        this.directories = new LayerDirectories(linux, root);
        this.whiteouts = new LayerWhiteouts(linux, owners, directories);
    }

    /** The number of entries so far. */
    long entries() {
        return entries;
    }

    /** The total size of the files so far, without holes. */
    long bytes() {
        return taken;
    }

    /** Whether the layer has an entry for its root directory. */
    boolean hasRootEntry() {
        return directories.entry("").isPresent();
    }

    /**
     * Unpacks all entries of {@code tar}.
     *
     * @throws IOException when it is not a tar stream, or is truncated
     * @throws LayerException for the first entry that is refused
     */
    void unpack(TarReader tar) throws IOException {
        linux.setUmask(LayerAttributes.UMASK);
        linux.changeMode(root.descriptor(), IMPLIED_ROOT);
        for (Optional<Entry> next = tar.next(); next.isPresent(); next = tar.next()) {
            Entry entry = next.get();
            limits.checkEntries(++entries);
            try {
                unpack(entry, LayerPath.of(entry.name()), tar);
            } catch (LinuxException e) {
                throw LayerPath.refused(entry.name(), why(e));
            }
        }
        directories.finish(attributes);
    }

    private static String why(LinuxException e) {
        return switch (e.errno()) {
            case Errno.ELOOP -> "leads through a symbolic link";
            case Errno.ENOSPC, Errno.EDQUOT -> "does not fit: the disk is full (" + Errno.describe(e.errno()) + ")";
            default -> "cannot be made: " + e.getMessage();
        };
    }

    private void unpack(Entry entry, LayerPath path, TarReader tar) throws IOException {
        if (path.isRoot()) {
            if (entry.type() != TarReader.DIRECTORY) {
                throw LayerPath.refused(entry.name(), "is its root, but not a directory");
            }
            directories.remember("", entry);
        } else if (path.isOpaqueMark()) {
            whiteouts.hideLower(path.parent());
        } else if (!path.isMeta()) {
            if (path.parent().names().stream().anyMatch(name -> name.startsWith(".wh."))) {
                throw LayerPath.refused(entry.name(), "is in a whiteout");
            }
            if (path.isWhiteout()) {
                whiteouts.hide(path.hidden());
            } else {
                make(entry, path, directories.open(path.parent()), tar);
            }
        }
    }

    private void make(Entry entry, LayerPath path, OpenFile parent, TarReader tar) throws IOException {
        switch (entry.type()) {
            case TarReader.DIRECTORY -> makeDirectory(entry, path, parent);
            case TarReader.FILE -> makeFile(entry, path, parent, tar);
            case TarReader.SYMBOLIC_LINK -> makeSymbolicLink(entry, path, parent);
            case TarReader.HARD_LINK -> makeHardLink(entry, path, parent);
            case TarReader.CHARACTER_DEVICE -> makeNode(entry, path, parent, FileFlag.S_IFCHR);
            case TarReader.BLOCK_DEVICE -> makeNode(entry, path, parent, FileFlag.S_IFBLK);
            case TarReader.FIFO -> makeNode(entry, path, parent, FileFlag.S_IFIFO);
            default -> throw LayerPath.refused(entry.name(), "is of the unknown type '" + entry.type() + "'");
        }
    }

    private void makeDirectory(Entry entry, LayerPath path, OpenFile parent) {
        directories.remember(path.text(), entry);
        try {
            linux.makeDirectory(parent.descriptor(), path.name(), OWNER_ONLY);
            return;
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        FileStatus there = linux.status(parent.descriptor(), path.name());
        if (!there.isDirectory()) {
            boolean hid = whiteouts.isWhiteout(path, there);
            whiteouts.forget(path);
            linux.removeFile(parent.descriptor(), path.name());
            linux.makeDirectory(parent.descriptor(), path.name(), OWNER_ONLY);
            if (hid) {
                whiteouts.hideLower(path);
            }
        }
    }

    private void makeFile(Entry entry, LayerPath path, OpenFile parent, TarReader tar) throws IOException {
        int mode = LayerAttributes.initialMode(entry);
        int made = replacing(path, () -> linux.createNew(parent.descriptor(), path.name(), mode));
        try (OpenFile file = new OpenFile(linux, made)) {
            if (entry.more().holes().isPresent()) {
                writePieces(file, entry.more().holes().get(), tar);
            } else {
                write(file, tar);
            }
            attributes.giveToNew(entry, file);
        }
    }

    private void write(OpenFile file, TarReader tar) throws IOException {
        SparseOutput out = new SparseOutput(linux, file.descriptor());
        for (int got = tar.read(buffer); got >= 0; got = tar.read(buffer)) {
            int more = out.write(buffer, got);
            bytes += got;
            taken += more;
            limits.checkBytes(bytes, taken, read.getAsLong());
            limits.take(more);
        }
        out.finish();
    }

    private void writePieces(OpenFile file, SparseMap holes, TarReader tar) throws IOException {
        for (int i = 0; i < holes.count(); i++) {
            writePiece(file, tar, holes.offset(i), holes.size(i));
        }
        linux.truncate(file.descriptor(), holes.wholeSize());
    }

    private void writePiece(OpenFile file, TarReader tar, long offset, long most) throws IOException {
        long done = 0;
        while (done < most) {
            int got = tar.read(buffer, (int) Math.min(buffer.length, most - done));
            if (got < 0) {
                return;
            }
            bytes += got;
            taken += got;
            limits.checkBytes(bytes, taken, read.getAsLong());
            limits.take(got);
            linux.writeAt(file.descriptor(), buffer, got, offset + done);
            done += got;
        }
    }

    private void makeSymbolicLink(Entry entry, LayerPath path, OpenFile parent) {
        if (entry.link().isEmpty() || entry.link().indexOf('\0') >= 0) {
            throw LayerPath.refused(entry.name(), "is a link without a target");
        }
        replacing(path, () -> {
            linux.makeSymbolicLink(entry.link(), parent.descriptor(), path.name());
            return 0;
        });
        attributes.give(entry, parent, path.name(), true);
    }

    /** The target is opened like any other file: below the root, without following links. */
    private void makeHardLink(Entry entry, LayerPath path, OpenFile parent) {
        LayerPath target = LayerPath.of(entry.link());
        if (target.isRoot()) {
            throw LayerPath.refused(entry.name(), "is a hard link to a directory");
        }
        try (OpenFile folder = directories.find(target.parent())) {
            FileStatus file = linux.status(folder.descriptor(), target.name());
            if (file.isDirectory() || whiteouts.isWhiteout(target, file)) {
                throw LayerPath.refused(entry.name(), "is a hard link to a directory or a whiteout");
            }
            if (target.text().equals(path.text())) {
                return;
            }
            replacing(path, () -> {
                linux.link(folder.descriptor(), target.name(), parent.descriptor(), path.name());
                return 0;
            });
        }
    }

    private void makeNode(Entry entry, LayerPath path, OpenFile parent, int type) {
        int major = entry.more().major();
        int minor = entry.more().minor();
        boolean whiteout = type == FileFlag.S_IFCHR && major == 0 && minor == 0;
        long device = type == FileFlag.S_IFIFO ? 0 : FileFlag.device(major, minor);
        try {
            replacing(path, () -> {
                linux.makeNode(parent.descriptor(), path.name(), type | OWNER_ONLY, device);
                return 0;
            });
        } catch (LinuxException e) {
            // Devices cannot be made in a user namespace, so they are omitted, as other engines do.
            if (e.errno() == Errno.EPERM && type != FileFlag.S_IFIFO && !owners.isHostsRoot()) {
                return;
            }
            throw e;
        }
        if (!whiteout) {
            attributes.give(entry, parent, path.name(), false);
        }
    }

    private interface Maker {
        int make();
    }

    /** Makes the file at {@code path}; replaces a file or tree of an earlier entry. */
    private int replacing(LayerPath path, Maker maker) {
        try {
            return maker.make();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        whiteouts.forget(path);
        directories.clear(path);
        return maker.make();
    }

    @Override
    public void close() {
        directories.close();
    }
}
