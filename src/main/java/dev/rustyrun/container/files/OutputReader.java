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
 * Reads output files of a container that has ended. Links are resolved as in the container. Only regular files on the
 * container's own mounts are read; for any other file the output is the reason.
 */
final class OutputReader {

    private static final int MAX_OUTPUTS = 1000;
    /** The maximum number of names that all patterns together may search. */
    private static final int MAX_NAMES = 100_000;
    /**
     * An output is in memory up to three times: its bytes, their encoding in JSON, and the buffer that is being sent.
     */
    private static final int COPIES_IN_MEMORY = 3;

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

    /** Reads the files that match {@code pattern}; a relative pattern starts at {@code directory}. */
    void read(String pattern, String directory) {
        Optional<List<String>> path = ContainerPath.of(pattern, directory);
        if (path.isEmpty()) {
            fail(pattern, "is not the path of a file: it has no file name, or contains ..");
            return;
        }
        try {
            expand(path.get(), 0, "");
        } catch (LinuxException e) {
            fail(pattern, "cannot be looked for: " + Errno.describe(e.errno()));
        } catch (LimitExceeded e) {
            fail(pattern, e.getMessage());
        }
    }

    private static final class LimitExceeded extends RuntimeException {
        private static final long serialVersionUID = 1L;

        LimitExceeded(String message) {
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
                    throw new LimitExceeded("matches more than " + MAX_OUTPUTS + " files, the maximum");
                }
                outputs.put(path, output(path));
            }
            return;
        }
        String name = pattern.get(at);
        if (!Glob.isPattern(name)) {
            expand(pattern, at + 1, path + "/" + name);
            return;
        }
        for (String entry : entries(path)) {
            if (Glob.matches(name, entry)) {
                expandFound(pattern, at, path + "/" + entry);
            }
        }
    }

    /** Only directories match a name that is not the last one of the pattern. */
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
            // A dangling link matches nothing.
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
                        throw new LimitExceeded("searches more than " + MAX_NAMES + " names, the maximum");
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
                return OutputFile.failed(path, status.isDirectory() ? "is a directory" : "is not a regular file");
            }
            if (!isOwn(file)) {
                return OutputFile.failed(path, "is on a mount of the host or a kernel file system");
            }
            if (status.size() > left) {
                return OutputFile.failed(
                        path, "has " + status.size() + " bytes, more than the " + left + " left for outputs");
            }
            if (!room.take(status.size() * COPIES_IN_MEMORY)) {
                return OutputFile.failed(path, "does not fit into the service's memory now");
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
