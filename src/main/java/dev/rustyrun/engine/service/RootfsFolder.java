package dev.rustyrun.engine.service;

import dev.rustyrun.request.FieldException;
import dev.rustyrun.rootfs.RootfsDirectory;
import jakarta.inject.Singleton;
import java.io.File;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The configured folder of root file systems. Requests refer to them by name, never by path. The directory {@code
 * busybox-rootfs}, as created by root-file-systems/get, has the name {@code busybox}.
 */
@Singleton
public final class RootfsFolder {

    private static final String SUFFIX = "-rootfs";
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_.-]{0,63}";

    private final File folder;

    RootfsFolder(ServeConfig config) {
        this.folder = new File(config.rootfsFolder()).getAbsoluteFile();
    }

    /** The path of the folder. */
    public File folder() {
        return folder;
    }

    /** The names of all root file systems in it. */
    public List<String> names() {
        String[] entries = folder.list((parent, entry) -> entry.matches(NAME) && new File(parent, entry).isDirectory());
        return Stream.of(entries == null ? new String[0] : entries)
                .map(RootfsFolder::nameOf)
                .distinct()
                .sorted()
                .toList();
    }

    private static String nameOf(String directory) {
        return directory.endsWith(SUFFIX) && directory.length() > SUFFIX.length()
                ? directory.substring(0, directory.length() - SUFFIX.length())
                : directory;
    }

    /**
     * The root file system with this name.
     *
     * @throws FieldException if it does not exist
     */
    RootfsDirectory named(String name) {
        return find(name)
                .map(directory -> RootfsDirectory.at(directory.getPath()))
                .orElseThrow(() -> FieldException.at(
                        "/rootfs", "unknown rootfs \"" + printable(name) + "\"; GET /v1/rootfs lists all names"));
    }

    private Optional<File> find(String name) {
        if (!name.matches(NAME)) {
            return Optional.empty();
        }
        return Stream.of(name + SUFFIX, name)
                .map(entry -> new File(folder, entry))
                .filter(File::isDirectory)
                .findFirst();
    }

    private static String printable(String name) {
        return name.length() > 80 ? name.substring(0, 80) + "…" : name;
    }
}
