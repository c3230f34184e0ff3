package dev.rustyrun.image.layer;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.TreeSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * The changes of a container whose root is a copy of its image, and not an overlay: the differences between the copy
 * and its snapshot. They are the changes that {@link LayerChanges} would find with an overlay. So a directory has
 * changed when a file in it has changed.
 */
public final class CopyChanges {

    private static final int LOOK = FileFlag.O_PATH | FileFlag.O_NOFOLLOW;
    private static final int LIST = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;

    private final Linux linux;
    private final TreeSnapshot snapshot;
    private final OpenFile root;
    /** The changes in each directory by name; the path of a directory is empty, or ends with a slash. */
    private final Map<String, TreeMap<String, Character>> changes = new TreeMap<>();

    private CopyChanges(Linux linux, TreeSnapshot snapshot, OpenFile root) {
        this.linux = linux;
        this.snapshot = snapshot;
        this.root = root;
    }

    /** Finds the changes of the copy at the open directory {@code root}. */
    public static CopyChanges find(Linux linux, TreeSnapshot snapshot, OpenFile root) {
        CopyChanges found = new CopyChanges(linux, snapshot, root);
        found.directory(".", "");
        return found;
    }

    /**
     * Passes each change to {@code receiver}: its letter and its absolute path. A directory comes before its contents.
     */
    public void forEach(BiConsumer<Character, String> receiver) {
        forEach("", receiver);
    }

    private void forEach(String path, BiConsumer<Character, String> receiver) {
        changes.getOrDefault(path, new TreeMap<>()).forEach((name, change) -> {
            receiver.accept(change, "/" + path + name);
            if (change != LayerChanges.REMOVED) {
                forEach(path + name + "/", receiver);
            }
        });
    }

    /** Whether the file {@code name} in the directory {@code path} was added or changed. */
    boolean has(String path, String name) {
        Character change = changes.getOrDefault(path, new TreeMap<>()).get(name);
        return change != null && change != LayerChanges.REMOVED;
    }

    /** The names of removed files of the directory {@code path}. */
    List<String> removed(String path) {
        List<String> all = new ArrayList<>();
        changes.getOrDefault(path, new TreeMap<>()).forEach((name, change) -> {
            if (change == LayerChanges.REMOVED) {
                all.add(name);
            }
        });
        return all;
    }

    /** Records the changes in a directory, and returns whether there are any. */
    private boolean directory(String place, String path) {
        TreeMap<String, Character> found = new TreeMap<>();
        List<String> names = names(place);
        for (String name : snapshot.names(path)) {
            found.put(name, LayerChanges.REMOVED);
        }
        names.forEach(found::remove);
        for (String name : names) {
            member(path, name, found);
        }
        if (!found.isEmpty()) {
            changes.put(path, found);
        }
        return !found.isEmpty();
    }

    private void member(String path, String name, TreeMap<String, Character> found) {
        FileStatus now;
        try (OpenFile file = new OpenFile(linux, linux.openWithoutLinks(root.descriptor(), path + name, LOOK))) {
            now = linux.status(file.descriptor());
        } catch (LinuxException e) {
            if (isGone(e)) {
                return;
            }
            throw e;
        }
        boolean changed = !snapshot.matches(path, name, now);
        boolean within = now.isDirectory() && directory(path + name, path + name + "/");
        if (changed || within) {
            found.put(name, snapshot.has(path, name) ? LayerChanges.CHANGED : LayerChanges.ADDED);
        }
    }

    private static boolean isGone(LinuxException e) {
        return e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP;
    }

    private List<String> names(String place) {
        try (OpenFile open = new OpenFile(linux, linux.openWithoutLinks(root.descriptor(), place, LIST))) {
            return linux.fileNames(open.descriptor());
        } catch (LinuxException e) {
            if (isGone(e)) {
                return List.of();
            }
            throw e;
        }
    }
}
