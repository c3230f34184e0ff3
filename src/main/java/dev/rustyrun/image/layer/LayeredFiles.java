package dev.rustyrun.image.layer;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.OverlayMarks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * Reads files of an image directly from its layers, as its overlay would show them, without mounting. Links are
 * resolved as in the container, and never lead out of the layers.
 */
public final class LayeredFiles {

    private static final int MAX_LINKS = 40;
    private static final int LOOK = FileFlag.O_PATH | FileFlag.O_NOFOLLOW;

    private final Linux linux;
    private final List<String> trees;

    /** @param trees host paths of the layers, the topmost first */
    public LayeredFiles(Linux linux, List<String> trees) {
        this.linux = linux;
        this.trees = List.copyOf(trees);
    }

    /** The text of the file {@code path}, up to {@code most} bytes; empty when it does not exist or cannot be read. */
    public Optional<String> read(String path, int most) {
        try {
            return find(path).flatMap(found -> text(found, most));
        } catch (LinuxException e) {
            return Optional.empty();
        }
    }

    private Optional<String> text(Found found, int most) {
        int flags = FileFlag.O_RDONLY | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW;
        try (OpenFile tree = root(found.tree);
                OpenFile file = new OpenFile(linux, linux.openWithoutLinks(tree.descriptor(), found.path, flags))) {
            boolean regular = linux.status(file.descriptor()).isRegularFile();
            return regular ? Optional.of(linux.readText(file.descriptor(), most)) : Optional.empty();
        }
    }

    /** A file and the tree of its layer. */
    private record Found(String tree, String path, FileStatus status, boolean isWhiteout, String link) {}

    private Optional<Found> find(String path) {
        Deque<String> rest = new ArrayDeque<>();
        List<String> names = new ArrayList<>();
        push(rest, path);
        Optional<Found> found = Optional.empty();
        for (int links = 0; !rest.isEmpty(); ) {
            String name = rest.pop();
            if (name.equals("..")) {
                if (!names.isEmpty()) {
                    names.remove(names.size() - 1);
                }
                continue;
            }
            names.add(name);
            found = look(names);
            if (found.isEmpty()) {
                return found;
            }
            if (found.get().status.isSymbolicLink()) {
                if (++links > MAX_LINKS) {
                    return Optional.empty();
                }
                names.remove(names.size() - 1);
                if (found.get().link.startsWith("/")) {
                    names.clear();
                }
                push(rest, found.get().link);
            }
        }
        return found;
    }

    private static void push(Deque<String> rest, String path) {
        List<String> names = Arrays.asList(path.split("/"));
        for (int i = names.size() - 1; i >= 0; i--) {
            if (!names.get(i).isEmpty() && !names.get(i).equals(".")) {
                rest.push(names.get(i));
            }
        }
    }

    /** The file in the topmost layer that has it, unless a higher layer hides it. */
    private Optional<Found> look(List<String> names) {
        String path = String.join("/", names);
        for (String each : trees) {
            try (OpenFile tree = root(each)) {
                Optional<Found> found = look(each, tree, path);
                if (found.isPresent()) {
                    return found.filter(there -> !there.isWhiteout);
                }
                if (hidesLower(tree, names)) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private Optional<Found> look(String name, OpenFile tree, String path) {
        try (OpenFile file = new OpenFile(linux, linux.openWithoutLinks(tree.descriptor(), path, LOOK))) {
            FileStatus status = linux.status(file.descriptor());
            String link = status.isSymbolicLink() ? linux.readLink(file.descriptor(), "") : "";
            return Optional.of(new Found(name, path, status, OverlayMarks.isWhiteout(linux, file, status), link));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR || e.errno() == Errno.ELOOP) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Whether this layer hides the path in lower layers: one of its parents is opaque, or not a directory, in this
     * layer.
     */
    private boolean hidesLower(OpenFile tree, List<String> names) {
        for (int i = 1; i < names.size(); i++) {
            String path = String.join("/", names.subList(0, i));
            Optional<Found> found = look("", tree, path);
            if (found.isEmpty()) {
                return false;
            }
            String whole = tree.path() + "/" + path;
            if (!found.get().status.isDirectory() || OverlayMarks.isOpaque(linux, whole)) {
                return true;
            }
        }
        return false;
    }

    private OpenFile root(String tree) {
        return new OpenFile(linux, linux.open(tree, FileFlag.O_PATH | FileFlag.O_DIRECTORY));
    }
}
