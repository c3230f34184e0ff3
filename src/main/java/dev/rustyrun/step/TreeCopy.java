package dev.rustyrun.step;

import dev.rustyrun.linux.AttributeName;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileExtents;
import dev.rustyrun.linux.FileExtents.Extent;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.FileStatus.Place;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.LoweredCapability;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.SparseOutput;
import dev.rustyrun.linux.TreeRemoval;
import dev.rustyrun.spec.Capability;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Copies the contents of one open directory to another, for {@code tmpcopyup} and volumes: with owners, permissions,
 * times, extended attributes, hard links and holes. Sockets are skipped, and devices where none can be created. The
 * source belongs to the author of the image, so every name is opened relative to its directory, and no link is
 * followed. No other process writes to the target.
 */
public final class TreeCopy {

    private static final int LOOK = FileFlag.O_PATH | FileFlag.O_NOFOLLOW;
    private static final int LIST = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
    private static final int MAX_PATH = 4095;
    /** The minimum size of a file whose holes are looked up. */
    private static final int LARGE = 1 << 20;

    private final Linux linux;
    private final byte[] buffer = new byte[64 * 1024];
    private final Map<Place, String> links = new HashMap<>();
    /** Whether the file system may be able to share blocks: false after it was not for a file. */
    private boolean clones = true;

    public TreeCopy(Linux linux) {
        this.linux = linux;
    }

    /**
     * Copies the open directory {@code from} to {@code to}, including owner, permissions and times of the directory
     * itself.
     */
    void copyWhole(OpenFile from, OpenFile to) {
        copy(from.descriptor(), to.descriptor());
        try (OpenFile target = open(to.descriptor(), ".", LIST)) {
            giveTo(linux.status(from.descriptor()), from, target);
        }
    }

    /**
     * Copies the open directory {@code image} to the open directory {@code volume}, unless that has files. A copy that
     * was interrupted, because its process was killed, is removed first.
     */
    public void fill(OpenFile image, OpenFile volume) {
        if (isHalfFilled(linux, volume)) {
            TreeRemoval.empty(linux, volume);
        } else if (!linux.nextFileNames(volume.descriptor()).isEmpty()) {
            return;
        }
        AttributeName.attempt(() -> linux.setAttribute(volume.descriptor(), AttributeName.FILLING, new byte[] {1}));
        // CAP_SYS_RESOURCE would let this process exceed the quota of the volume.
        try (LoweredCapability bound = new LoweredCapability(linux, Capability.CAP_SYS_RESOURCE.ordinal())) {
            copyWhole(image, volume);
        }
        AttributeName.attempt(() -> linux.removeAttribute(volume.descriptor(), AttributeName.FILLING));
    }

    /** Whether the open directory {@code volume} is being filled, or filling it was interrupted. */
    public static boolean isHalfFilled(Linux linux, OpenFile volume) {
        return linux.attributeBytes(volume.path(), AttributeName.FILLING).isPresent();
    }

    /** Copies the contents of the open directory {@code from} into the open directory {@code to}. */
    void copy(int from, int to) {
        copy(from, to, to, "");
    }

    /** @param path path of {@code to} below {@code root}, with a slash at its end unless both are the same */
    private void copy(int from, int to, int root, String path) {
        try (OpenFile source = open(from, ".", LIST)) {
            for (List<String> names = linux.nextFileNames(source.descriptor());
                    !names.isEmpty();
                    names = linux.nextFileNames(source.descriptor())) {
                for (String name : names) {
                    try (OpenFile file = open(source.descriptor(), name, LOOK)) {
                        member(file, to, name, root, path + name);
                    }
                }
            }
        }
    }

    private void member(OpenFile file, int to, String name, int root, String path) {
        FileStatus status = linux.status(file.descriptor());
        if (status.isDirectory()) {
            linux.makeDirectory(to, name, 0700);
            try (OpenFile target = open(to, name, LIST)) {
                copy(file.descriptor(), target.descriptor(), root, path + "/");
                giveTo(status, file, target);
            }
        } else {
            other(file, status, to, name, root, path);
        }
    }

    /** Copies a file that is not a directory. */
    void other(OpenFile file, FileStatus status, int to, String name, int root, String path) {
        if (isLinked(status, to, name, root, path)) {
            return;
        }
        if (status.isRegularFile()) {
            regular(file, status, to, name);
        } else if (status.isSymbolicLink()) {
            linux.makeSymbolicLink(linux.linkTarget(file.descriptor()), to, name);
            linux.changeOwner(to, name, status.uid(), status.gid());
            linux.setTimes(to, name, status.modified(), status.modifiedNanos());
        } else if (!status.isSocket()) {
            node(file, status, to, name);
        }
    }

    /** Whether the file is another hard link to a copied file, and was linked there. */
    private boolean isLinked(FileStatus status, int to, String name, int root, String path) {
        if (status.links() < 2 || status.isSocket() || path.length() > MAX_PATH) {
            return false;
        }
        String first = links.putIfAbsent(status.place(), path);
        if (first == null) {
            return false;
        }
        try {
            linux.link(root, first, to, name);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.EMLINK) {
                // The first copy failed, or has the maximum number of links.
                return false;
            }
            throw e;
        }
    }

    private void regular(OpenFile file, FileStatus status, int to, String name) {
        linux.makeNode(to, name, FileFlag.S_IFREG | 0600, 0);
        try (OpenFile source = new OpenFile(linux, linux.open(file.path(), FileFlag.O_RDONLY | FileFlag.O_NONBLOCK));
                OpenFile target = open(to, name, FileFlag.O_WRONLY)) {
            if (status.size() > 0 && !isCloned(source, target)) {
                contents(source, status.size(), target);
            }
            giveTo(status, file, target);
        }
    }

    private boolean isCloned(OpenFile source, OpenFile target) {
        clones = clones && linux.cloneContents(source.descriptor(), target.descriptor());
        return clones;
    }

    private void contents(OpenFile source, long size, OpenFile target) {
        SparseOutput out = new SparseOutput(linux, target.descriptor());
        if (size < LARGE || !isCopiedWithoutHoles(source, size, out)) {
            copy(source, 0, Long.MAX_VALUE, out);
        }
        out.finish();
    }

    /** Whether the file system reports the holes of {@code source}, so that they need not be read. */
    private boolean isCopiedWithoutHoles(OpenFile source, long size, SparseOutput out) {
        FileExtents extents = new FileExtents(linux, source.descriptor());
        Optional<List<Extent>> some = extents.more();
        if (some.isEmpty()) {
            return false;
        }
        long at = 0;
        while (!some.orElseThrow().isEmpty()) {
            for (Extent extent : some.orElseThrow()) {
                long start = Math.min(extent.start(), size);
                long end = Math.min(extent.end(), size);
                out.skip(start - at);
                copy(source, start, end, out);
                at = end;
            }
            some = extents.more();
        }
        out.skip(size - at);
        return true;
    }

    private void copy(OpenFile source, long start, long end, SparseOutput out) {
        int got;
        for (long at = start; at < end; at += got) {
            got = linux.readAt(source.descriptor(), buffer, (int) Math.min(buffer.length, end - at), at);
            if (got == 0) {
                return;
            }
            out.write(buffer, got);
        }
    }

    private void node(OpenFile file, FileStatus status, int to, String name) {
        int type = status.isPipe() ? FileFlag.S_IFIFO : status.isBlockDevice() ? FileFlag.S_IFBLK : FileFlag.S_IFCHR;
        try {
            linux.makeNode(
                    to, name, type | 0600, status.isPipe() ? 0 : FileFlag.device(status.major(), status.minor()));
        } catch (LinuxException e) {
            // A user namespace cannot create devices, and other engines skip them, too.
            if (e.errno() == Errno.EPERM) {
                return;
            }
            throw e;
        }
        linux.changeOwner(to, name, status.uid(), status.gid());
        linux.changeMode(to, name, status.permissions());
        linux.setTimes(to, name, status.modified(), status.modifiedNanos());
    }

    private OpenFile open(int directory, String name, int flags) {
        return new OpenFile(linux, linux.openWithoutLinks(directory, name, flags));
    }

    /** Changes the owner first, because that clears set-user-id bits and capabilities; man 2 chown. */
    void giveTo(FileStatus status, OpenFile file, OpenFile target) {
        linux.changeOwner(target.descriptor(), status.uid(), status.gid());
        linux.changeMode(target.descriptor(), status.permissions());
        for (String attribute : linux.attributeNames(file.path())) {
            if (AttributeName.isCopied(attribute)) {
                linux.attributeBytes(file.path(), attribute)
                        .ifPresent(value ->
                                AttributeName.attempt(() -> linux.setAttribute(target.descriptor(), attribute, value)));
            }
        }
        linux.setTimes(target.descriptor(), status.modified(), status.modifiedNanos());
    }
}
