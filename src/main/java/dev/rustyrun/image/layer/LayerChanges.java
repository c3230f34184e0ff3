package dev.rustyrun.image.layer;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.OverlayMarks;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** Finds the changes that the upper directory of an overlay makes to the tree of the lower directories. */
public final class LayerChanges {

    public static final char ADDED = 'A';
    public static final char CHANGED = 'C';
    public static final char REMOVED = 'D';

    private static final int LOOK = FileFlag.O_PATH | FileFlag.O_NOFOLLOW;
    private static final int LIST = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;

    private final Linux linux;
    private final OpenFile lower;
    private final OpenFile upper;
    private final BiConsumer<Character, String> changes;

    private LayerChanges(Linux linux, OpenFile lower, OpenFile upper, BiConsumer<Character, String> changes) {
        this.linux = linux;
        this.lower = lower;
        this.upper = upper;
        this.changes = changes;
    }

    /**
     * Passes each change to {@code changes}: its letter and its absolute path. A directory comes before its contents.
     *
     * @param lower the merged tree of the lower directories
     */
    public static void find(Linux linux, OpenFile lower, OpenFile upper, BiConsumer<Character, String> changes) {
        new LayerChanges(linux, lower, upper, changes).directory("", true, false);
    }

    /** @param below whether the lower tree has a directory at {@code path} */
    private void directory(String path, boolean below, boolean opaque) {
        TreeMap<String, Character> all = new TreeMap<>();
        List<String> names = names(upper, path);
        for (String name : names) {
            all.put(name, CHANGED);
        }
        if (opaque && below) {
            names(lower, path).forEach(name -> all.putIfAbsent(name, REMOVED));
        }
        all.forEach((name, change) -> {
            if (change == REMOVED) {
                changes.accept(REMOVED, "/" + path + name);
            } else {
                member(path + name, below);
            }
        });
    }

    private void member(String path, boolean below) {
        Optional<FileStatus> before = below ? status(lower, path) : Optional.empty();
        boolean opaque;
        FileStatus now;
        try (OpenFile file = new OpenFile(linux, linux.openWithoutLinks(upper.descriptor(), path, LOOK))) {
            now = linux.status(file.descriptor());
            opaque = now.isDirectory() && OverlayMarks.isOpaque(linux, file.path());
        } catch (LinuxException e) {
            if (isGone(e)) {
                return;
            }
            throw e;
        }
        if (now.isCharacterDevice(0, 0)) {
            // A whiteout of a file that does not exist below is not a change: the container has made and removed it.
            before.ifPresent(file -> changes.accept(REMOVED, "/" + path));
            return;
        }
        changes.accept(before.isPresent() ? CHANGED : ADDED, "/" + path);
        if (now.isDirectory()) {
            directory(path + "/", before.filter(FileStatus::isDirectory).isPresent(), opaque);
        }
    }

    private Optional<FileStatus> status(OpenFile tree, String path) {
        try (OpenFile file = new OpenFile(linux, linux.openWithoutLinks(tree.descriptor(), path, LOOK))) {
            return Optional.of(linux.status(file.descriptor()));
        } catch (LinuxException e) {
            if (isGone(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isGone(LinuxException e) {
        return e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP;
    }

    private List<String> names(OpenFile tree, String path) {
        String place = path.isEmpty() ? "." : path.substring(0, path.length() - 1);
        try (OpenFile open = new OpenFile(linux, linux.openWithoutLinks(tree.descriptor(), place, LIST))) {
            return linux.fileNames(open.descriptor());
        } catch (LinuxException e) {
            if (isGone(e)) {
                return List.of();
            }
            throw e;
        }
    }
}
