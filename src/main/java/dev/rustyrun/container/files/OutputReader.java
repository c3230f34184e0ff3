package dev.rustyrun.container.files;

import dev.rustyrun.container.files.LaunchFiles.Room;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.OutputFile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads files of a container that has ended. Links lead where they would in the container. Only regular files on its own mounts are
 * read; what cannot be is an output with its reason.
 */
final class OutputReader {

    private static final int MAX_OUTPUTS = 1000;
    /** Names that are looked at for all patterns together. */
    private static final int MAX_NAMES = 100_000;
    /** The bytes, their form in JSON, and what is being sent. */
    private static final int TIMES_HELD = 3;

    private final Linux linux;
    private final OpenFile root;
    private final Room room;
    private final Map<String, OutputFile> outputs = new LinkedHashMap<>();
    private long left;
    private int names;

    OutputReader(Linux linux, OpenFile root, long most, Room room) {
        this.linux = linux;
        this.root = root;
        this.left = most;
        this.room = room;
    }

    List<OutputFile> found() {
        return List.copyOf(outputs.values());
    }

    /** Reads what {@code pattern} names. */
    void read(String pattern, String directory) {
        Optional<List<String>> path = ContainerPath.of(pattern, directory);
        if (path.isEmpty()) {
            fail(pattern, "is no path of a file: it has no name, or climbs with ..");
            return;
        }
        try {
            expand(path.get(), 0, "");
        } catch (LinuxException e) {
            fail(pattern, "cannot be looked for: " + Errno.describe(e.errno()));
        } catch (TooMany e) {
            fail(pattern, e.getMessage());
        }
    }

    private static final class TooMany extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMany(String message) {
            super(message);
        }
    }

    private void fail(String path, String why) {
        outputs.putIfAbsent(path, OutputFile.failed(path, why));
    }

    private void expand(List<String> pattern, int at, String path) {
        if (at == pattern.size()) {
            if (!outputs.containsKey(path)) {
                if (outputs.size() >= MAX_OUTPUTS) {
                    throw new TooMany("names more than " + MAX_OUTPUTS + " files, which is the most");
                }
                outputs.put(path, output(path));
            }
            return;
        }
        String name = pattern.get(at);
        if (!Glob.isOne(name)) {
            expand(pattern, at + 1, path + "/" + name);
            return;
        }
        for (String entry : entries(path)) {
            if (Glob.matches(name, entry)) {
                expandFound(pattern, at, path + "/" + entry);
            }
        }
    }

    /** Where the pattern goes on, only directories do. */
    private void expandFound(List<String> pattern, int at, String path) {
        if (at + 1 == pattern.size()) {
            expand(pattern, at + 1, path);
            return;
        }
        if (isDirectory(path)) {
            expand(pattern, at + 1, path);
        }
    }

    private boolean isDirectory(String path) {
        try (OpenFile file = open(path)) {
            return linux.status(file.descriptor()).isDirectory();
        } catch (LinuxException e) {
            // A link that leads nowhere matches nothing.
            return false;
        }
    }

    private OpenFile open(String path) {
        return new OpenFile(linux, linux.openInRoot(root.descriptor(), path, FileFlag.O_PATH));
    }

    private List<String> entries(String path) {
        List<String> all = new ArrayList<>();
        try (OpenFile found = open(path.isEmpty() ? "/" : path)) {
            if (!linux.status(found.descriptor()).isDirectory() || !isOwn(found)) {
                return all;
            }
            try (OpenFile directory =
                    new OpenFile(linux, linux.open(found.path(), FileFlag.O_RDONLY | FileFlag.O_DIRECTORY))) {
                for (List<String> some = linux.nextNames(directory.descriptor());
                        !some.isEmpty();
                        some = linux.nextNames(directory.descriptor())) {
                    names += some.size();
                    if (names > MAX_NAMES) {
                        throw new TooMany("leads to more than " + MAX_NAMES + " names, which is the most");
                    }
                    all.addAll(some);
                }
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
                throw e;
            }
        }
        all.sort(null);
        return all;
    }

    private boolean isOwn(OpenFile file) {
        return OwnMounts.of(linux, root).have(file);
    }

    private OutputFile output(String path) {
        try (OpenFile file = open(path)) {
            FileStatus status = linux.status(file.descriptor());
            if (!status.isRegularFile()) {
                return OutputFile.failed(path, status.isDirectory() ? "is a directory" : "is no regular file");
            }
            if (!isOwn(file)) {
                return OutputFile.failed(path, "is on a directory of the host's, or the kernel's");
            }
            if (status.size() > left) {
                return OutputFile.failed(
                        path, "has " + status.size() + " bytes, more than the " + left + " that are left for outputs");
            }
            if (!room.take(status.size() * TIMES_HELD)) {
                return OutputFile.failed(path, "finds no room in the service's memory now");
            }
            try (OpenFile readable = new OpenFile(linux, linux.open(file.path(), FileFlag.O_RDONLY))) {
                byte[] bytes = linux.readBytes(readable.descriptor(), (int) status.size());
                left -= bytes.length;
                return new OutputFile(path, status.permissions(), bytes, "");
            }
        } catch (LinuxException e) {
            return OutputFile.failed(
                    path,
                    e.errno() == Errno.ENOENT ? "does not exist" : "cannot be read: " + Errno.describe(e.errno()));
        }
    }
}
