package dev.rustyrun.image.layer;

import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.TreeRemoval;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The directories of a layer. The last one stays open, for most entries are in the same one as that before. What an entry says
 * of a directory is done at the end: what is made in it changes its time, and it may not be writable.
 */
final class LayerDirectories implements AutoCloseable {

    private static final int FLAGS = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY;
    private static final int IMPLIED = 0755;

    private final Linux linux;
    private final OpenFile root;
    private final TreeMap<String, Entry> entries = new TreeMap<>();
    private String path = "";
    private Optional<OpenFile> last = Optional.empty();

    LayerDirectories(Linux linux, OpenFile root) {
        this.linux = linux;
        this.root = root;
    }

    /** Remembers what {@code entry} says of the directory {@code path}. */
    void remember(String path, Entry entry) {
        entries.put(path, entry);
    }

    /** What has been said of the directory {@code path}. */
    Optional<Entry> entry(String path) {
        return Optional.ofNullable(entries.get(path));
    }

    /** The directory {@code wanted}, made when missing; open until another one is. */
    OpenFile open(LayerPath wanted) {
        if (wanted.isRoot()) {
            return root;
        }
        String text = wanted.text();
        if (last.isEmpty() || !path.equals(text)) {
            close();
            last = Optional.of(openOrMake(wanted));
            path = text;
        }
        return last.get();
    }

    /** The directory {@code wanted}, which must exist. */
    OpenFile find(LayerPath wanted) {
        return opened(wanted.isRoot() ? "." : wanted.text());
    }

    private OpenFile opened(String text) {
        return new OpenFile(linux, linux.openOnSameFileSystem(root.descriptor(), text, FLAGS));
    }

    private OpenFile openOrMake(LayerPath wanted) {
        try {
            return opened(wanted.text());
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
        OpenFile directory = opened(".");
        for (String name : wanted.names()) {
            try (OpenFile parent = directory) {
                if (made(parent, name)) {
                    linux.changeMode(parent.descriptor(), name, IMPLIED);
                }
                directory = new OpenFile(linux, linux.openOnSameFileSystem(parent.descriptor(), name, FLAGS));
            }
        }
        return directory;
    }

    private boolean made(OpenFile parent, String name) {
        try {
            linux.makeDirectory(parent.descriptor(), name, IMPLIED);
            return true;
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
            return false;
        }
    }

    /** Removes what is at {@code wanted}, of which the parent exists. */
    void clear(LayerPath wanted) {
        String text = wanted.text();
        entries.subMap(text + "/", text + "0").clear();
        entries.remove(text);
        // The open one may be in it.
        try (OpenFile parent = find(wanted.parent())) {
            TreeRemoval.remove(linux, parent, wanted.name());
        }
        if (path.equals(text) || path.startsWith(text + "/")) {
            close();
        }
    }

    /** Gives the directories what has been said of them, those in others first. */
    void finish(LayerAttributes attributes) {
        for (Map.Entry<String, Entry> each : entries.descendingMap().entrySet()) {
            String text = each.getKey();
            try (OpenFile directory = opened(text.isEmpty() ? "." : text)) {
                attributes.give(each.getValue(), directory);
            } catch (LinuxException e) {
                throw LayerPath.refused(text, "cannot be finished: " + e.getMessage());
            }
        }
    }

    @Override
    public void close() {
        last.ifPresent(OpenFile::close);
        last = Optional.empty();
        path = "";
    }
}
