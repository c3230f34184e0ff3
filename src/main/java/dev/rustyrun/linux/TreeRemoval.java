package dev.rustyrun.linux;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/** Removes a directory tree of any depth and with any names. Symbolic links are not followed. */
public final class TreeRemoval {

    /**
     * A directory with a longer path is moved up before it is walked: a container can create paths that are too long
     * for any call.
     */
    private static final int MAX_PATH = 2000;

    private static final String MOVED = ".removed-";

    private final Linux linux;
    private final OpenFile base;
    private final Deque<String> stack = new ArrayDeque<>();
    private final Set<String> listed = new HashSet<>();
    private int moved;

    private TreeRemoval(Linux linux, OpenFile base) {
        this.linux = linux;
        this.base = base;
    }

    /**
     * Removes {@code name} in the open directory {@code base}; does nothing when it is missing. No other process may
     * write to {@code base}.
     */
    public static void remove(Linux linux, OpenFile base, String name) {
        try {
            linux.removeFile(base.descriptor(), name);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EISDIR && e.errno() != Errno.EPERM) {
                throw e;
            }
            TreeRemoval removal = new TreeRemoval(linux, base);
            removal.stack.push(name);
            removal.removeAll();
        }
    }

    /** Removes everything in the open directory {@code base}. No other process may write to it. */
    public static void empty(Linux linux, OpenFile base) {
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
        try (OpenFile listed = new OpenFile(linux, linux.openWithoutLinks(base.descriptor(), ".", flags))) {
            for (var names = linux.nextFileNames(listed.descriptor());
                    !names.isEmpty();
                    names = linux.nextFileNames(listed.descriptor())) {
                names.forEach(name -> remove(linux, base, name));
            }
        }
    }

    private void removeAll() {
        while (!stack.isEmpty()) {
            String path = stack.peek();
            // A directory is listed again only if something is left in it after its subdirectories were removed.
            if (listed.add(path) && !empty(path)) {
                continue;
            }
            if (!isRemoved(path)) {
                if (!empty(path)) {
                    continue;
                }
                linux.removeDirectory(base.descriptor(), path);
            }
            stack.removeFirstOccurrence(path);
            listed.remove(path);
        }
    }

    private boolean isRemoved(String path) {
        try {
            linux.removeDirectory(base.descriptor(), path);
            return true;
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOTEMPTY && e.errno() != Errno.EEXIST) {
                throw e;
            }
            return false;
        }
    }

    /** Whether the directory is empty now; otherwise its subdirectories have been pushed on the stack. */
    private boolean empty(String path) {
        boolean empty = true;
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY | FileFlag.O_NOFOLLOW;
        try (OpenFile directory = new OpenFile(linux, linux.openWithoutLinks(base.descriptor(), path, flags))) {
            for (var names = linux.nextFileNames(directory.descriptor());
                    !names.isEmpty();
                    names = linux.nextFileNames(directory.descriptor())) {
                for (String name : names) {
                    empty &= remove(directory, path, name);
                }
            }
        }
        return empty;
    }

    private boolean remove(OpenFile directory, String path, String name) {
        try {
            linux.removeFile(directory.descriptor(), name);
            return true;
        } catch (LinuxException e) {
            if (e.errno() != Errno.EISDIR && e.errno() != Errno.EPERM) {
                throw e;
            }
        }
        try {
            linux.removeDirectory(directory.descriptor(), name);
            return true;
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOTEMPTY && e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        if (path.length() + name.length() < MAX_PATH) {
            stack.push(path + "/" + name);
            return false;
        }
        String shorter = MOVED + linux.processId() + "-" + moved++;
        linux.rename(directory.descriptor(), name, base.descriptor(), shorter);
        stack.push(shorter);
        return true;
    }
}
