package dev.rustyrun.container.files;

import dev.rustyrun.image.tar.TarReader;
import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus.Place;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.SparseOutput;
import dev.rustyrun.spec.ContainerException;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Unpacks a tar stream into a directory of a container, which may replace any file meanwhile. Below the directory no
 * link is followed, no mount is entered, and no existing file is opened: an existing file is removed, and a new one is
 * created exclusively. So files that the container's links lead to are neither written nor read. Devices and FIFOs are
 * refused.
 */
final class TreeUnpacking {

    private static final int MAX_ATTEMPTS = 50;
    /** Limits the memory for the times of directories, because a stream may have any number of them. */
    private static final int MAX_DATED_DIRECTORIES = 10_000;

    private static final int OWNER_ONLY = 0700;
    private static final long MAX_ID = 0xFFFFFFFEL;
    private static final int ALL_BITS = 07777;
    private static final int WITHOUT_SET_ID = 01777;

    private final Linux linux;
    private final OpenFile base;
    private final RoomGuard room;
    private final FileOwners owners;
    private final Optional<String> onlyName;
    private final boolean setsIds;
    private final byte[] buffer = new byte[64 * 1024];
    private final Map<String, Entry> directories = new LinkedHashMap<>();
    private boolean isNew;
    private long entries;
    private long bytes;

    /**
     * @param base the directory, open with O_PATH
     * @param root the root of the container. Only files on the same mount as the root keep set-user-id and set-group-id
     *        bits: on a mount of the host, such a program would also work on the host, with the rights of the host's
     *        root.
     * @param owners translates the owners of the files
     */
    TreeUnpacking(Linux linux, OpenFile base, OpenFile root, RoomGuard room, FileOwners owners) {
        this(
                linux,
                base,
                room,
                owners,
                linux.status(base.descriptor()).mount()
                        == linux.status(root.descriptor()).mount(),
                Optional.empty());
    }

    private TreeUnpacking(
            Linux linux, OpenFile base, RoomGuard room, FileOwners owners, boolean setsIds, Optional<String> onlyName) {
        this.linux = linux;
        this.base = base;
        this.room = room;
        this.owners = owners;
        this.setsIds = setsIds;
        this.onlyName = onlyName;
    }

    /**
     * Unpacks into a directory of this machine, where no file gets set-user-id or set-group-id bits.
     *
     * @param onlyName the new name of the stream's only file; empty to keep its name
     */
    static TreeUnpacking onHost(Linux linux, OpenFile base, FileOwners owners, Optional<String> onlyName) {
        return new TreeUnpacking(linux, base, RoomGuard.none(linux, base), owners, false, onlyName);
    }

    /** Marks the base as newly made: it gets the times of the stream's root entry. */
    TreeUnpacking intoNew() {
        isNew = true;
        return this;
    }

    /** The numbers of entries and bytes unpacked so far. */
    Unpacked unpacked() {
        return new Unpacked(entries, bytes);
    }

    /**
     * Unpacks all of {@code in}.
     *
     * @throws IOException when it is not a tar stream, or is truncated
     * @throws ContainerException for the first entry that is refused; those before it are unpacked
     */
    void unpack(InputStream in) throws IOException {
        TarReader tar = new TarReader(in);
        for (Optional<Entry> next = tar.next(); next.isPresent(); next = tar.next()) {
            Entry entry = next.get();
            List<String> named = EntryPath.of(entry, entry.name());
            List<String> path = onlyName.map(List::of).orElse(named);
            if (path.isEmpty() && isNew && entry.type() == TarReader.DIRECTORY) {
                directories.put(".", entry);
            }
            try {
                if (!path.isEmpty()) {
                    room.check(0);
                    unpack(entry, path, tar);
                }
            } catch (LinuxException e) {
                throw EntryRefusal.of(entry, e);
            }
            entries++;
        }
        directories.forEach(this::setTimes);
    }

    /**
     * Sets the times of a directory last, because unpacking into it changes them. A directory that was removed
     * meanwhile is ignored.
     */
    private void setTimes(String path, Entry entry) {
        try (OpenFile directory = open(base, path)) {
            setTimes(entry, directory);
        } catch (LinuxException e) {
            return;
        }
    }

    private void setTimes(Entry entry, OpenFile file) {
        linux.setTimes(file.descriptor(), entry.more().seconds(), entry.more().nanos());
    }

    private void unpack(Entry entry, List<String> path, TarReader tar) throws IOException {
        String name = path.get(path.size() - 1);
        try (OpenFile parent = directory(path.subList(0, path.size() - 1))) {
            switch (entry.type()) {
                case TarReader.DIRECTORY -> {
                    makeDirectory(entry, parent, name);
                    if (directories.size() < MAX_DATED_DIRECTORIES) {
                        directories.put(String.join("/", path), entry);
                    }
                }
                case TarReader.FILE -> makeFile(entry, parent, name, tar);
                case TarReader.SYMBOLIC_LINK -> makeSymbolicLink(entry, parent, name);
                case TarReader.HARD_LINK -> makeHardLink(entry, parent, name);
                default ->
                    throw EntryRefusal.wrong(
                            entry,
                            "is neither a directory nor a file nor a link; other files cannot be copied into a"
                                    + " container");
            }
        }
    }

    /** Opens the directory below the base; missing ones are made. */
    private OpenFile directory(List<String> path) {
        String whole = path.isEmpty() ? "." : String.join("/", path);
        try {
            return open(base, whole);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        OpenFile directory = open(base, ".");
        for (String name : path) {
            try (OpenFile parent = directory) {
                ignoringExisting(() -> linux.makeDirectory(parent.descriptor(), name, 0755));
                directory = open(parent, name);
            }
        }
        return directory;
    }

    private OpenFile open(OpenFile directory, String path) {
        return new OpenFile(
                linux,
                linux.openOnSameFileSystem(directory.descriptor(), path, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY));
    }

    private void makeDirectory(Entry entry, OpenFile parent, String name) {
        ignoringExisting(() -> linux.makeDirectory(parent.descriptor(), name, OWNER_ONLY));
        try (OpenFile directory = open(parent, name)) {
            give(entry, directory);
        }
    }

    private void makeFile(Entry entry, OpenFile parent, String name, TarReader tar) throws IOException {
        int[] made = new int[1];
        replacing(entry, parent, name, () -> made[0] = linux.createNew(parent.descriptor(), name, OWNER_ONLY));
        try (OpenFile file = new OpenFile(linux, made[0])) {
            SparseOutput out = new SparseOutput(linux, file.descriptor());
            for (int got = tar.read(buffer); got >= 0; got = tar.read(buffer)) {
                room.check(got);
                out.write(buffer, got);
                bytes += got;
            }
            out.finish();
            give(entry, file);
            setTimes(entry, file);
        }
    }

    private void makeSymbolicLink(Entry entry, OpenFile parent, String name) {
        if (entry.link().isEmpty() || entry.link().indexOf('\0') >= 0) {
            throw EntryRefusal.wrong(entry, "is a link without a target");
        }
        replacing(entry, parent, name, () -> linux.makeSymbolicLink(entry.link(), parent.descriptor(), name));
        try (OpenFile link = path(parent, name)) {
            // If the container has replaced the link, the owner of the new file must not change.
            if (linux.status(link.descriptor()).isSymbolicLink()) {
                linux.changeOwnerOfPath(link.descriptor(), user(entry), group(entry));
                linux.setTimes(
                        parent.descriptor(),
                        name,
                        entry.more().seconds(),
                        entry.more().nanos());
            }
        }
    }

    /** The target is opened like any other file: below the base, without following links. */
    private void makeHardLink(Entry entry, OpenFile parent, String name) {
        List<String> path = EntryPath.of(entry, entry.link());
        try (OpenFile file = path(base, path.isEmpty() ? "." : String.join("/", path))) {
            if (!linux.status(file.descriptor()).isRegularFile()) {
                throw EntryRefusal.wrong(entry, "is a hard link to a file that is not a regular file");
            }
            // GNU tar stores a file that is named twice as a hard link to itself.
            if (!isSame(linux.status(file.descriptor()).place(), parent, name)) {
                replacing(entry, parent, name, () -> linux.link(file.descriptor(), parent.descriptor(), name));
            }
        }
    }

    private boolean isSame(Place place, OpenFile parent, String name) {
        try (OpenFile found = path(parent, name)) {
            return linux.status(found.descriptor()).place().equals(place);
        } catch (LinuxException e) {
            return false;
        }
    }

    private OpenFile path(OpenFile directory, String path) {
        return new OpenFile(
                linux, linux.openOnSameFileSystem(directory.descriptor(), path, FileFlag.O_PATH | FileFlag.O_NOFOLLOW));
    }

    /** Makes {@code name}; an existing file is removed first, an existing directory is a failure. */
    private void replacing(Entry entry, OpenFile parent, String name, Runnable make) {
        checkNotMounted(parent, name);
        for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
            linux.removeFile(parent.descriptor(), name);
            try {
                make.run();
                return;
            } catch (LinuxException e) {
                if (e.errno() != Errno.EEXIST && e.errno() != Errno.ELOOP) {
                    throw e;
                }
            }
        }
        throw EntryRefusal.inTheWay(entry);
    }

    /**
     * Throws EXDEV if {@code name} is a mount point, because removing it would unmount it. The check cannot be raced: a
     * container cannot mount anything itself.
     */
    private void checkNotMounted(OpenFile parent, String name) {
        try {
            path(parent, name).close();
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }

    private static void ignoringExisting(Runnable make) {
        try {
            make.run();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
    }

    /** Sets the owner before the mode, because a change of the owner clears set-user-id. */
    private void give(Entry entry, OpenFile file) {
        linux.changeOwner(file.descriptor(), user(entry), group(entry));
        linux.changeMode(file.descriptor(), entry.mode() & (setsIds ? ALL_BITS : WITHOUT_SET_ID));
    }

    private int user(Entry entry) {
        return id(entry, entry.uid(), owners.userOutside(entry.uid()));
    }

    private int group(Entry entry) {
        return id(entry, entry.gid(), owners.groupOutside(entry.gid()));
    }

    private static int id(Entry entry, long id, OptionalLong outside) {
        if (id < 0 || id > MAX_ID) {
            throw EntryRefusal.wrong(entry, "belongs to " + id + ", which is not a valid user or group id");
        }
        return (int) outside.orElseThrow(() -> EntryRefusal.wrong(
                entry, "belongs to " + id + ", an id that the container's user namespace does not have"));
    }
}
