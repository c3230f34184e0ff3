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
 * The directories of a layer that is being unpacked. The last one stays open, because most entries are in the same
 * directory as the previous entry. The metadata of directories is applied at the end, because later entries change the
 * times of a directory, and it may be read-only.
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

    /** Remembers the entry of the directory {@code path}. */
    void remember(String path, Entry entry) {
        entries.put(path, entry);
    }

    /** The entry of the directory {@code path}, if the layer has one. */
    Optional<Entry> entry(String path) {
        return Optional.ofNullable(entries.get(path));
    }

    /**
     * Opens the directory {@code wanted}; missing directories are made. It stays open until the next call for another
     * one.
     */
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

    /** Opens the directory {@code wanted}, which must exist. */
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

    /** Removes the file or tree at {@code wanted}; its parent must exist. */
    void clear(LayerPath wanted) {
        String text = wanted.text();
        entries.subMap(text + "/", text + "0").clear();
        entries.remove(text);
        // The open directory may be in the removed tree.
        try (OpenFile parent = find(wanted.parent())) {
            TreeRemoval.remove(linux, parent, wanted.name());
        }
        if (path.equals(text) || path.startsWith(text + "/")) {
            close();
        }
    }

    /** Applies the metadata of all directories, subdirectories before their parents. */
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
