package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes the files of control groups. Failures are those of the kernel, without further explanation. */
final class ControlFiles {

    private static final int MAX_ATTEMPTS = 20;
    private static final int DIRECTORY_MODE = 0755;
    /** The name of the directory and its {@code .} entry: a leaf has no subdirectory with a {@code ..} entry. */
    private static final int LINKS_OF_A_LEAF = 2;

    private final Linux linux;

    ControlFiles(Linux linux) {
        this.linux = linux;
    }

    Linux linux() {
        return linux;
    }

    /** The whole content of {@code path}. */
    String read(String path) {
        return readAndClose(linux.open(path, FileFlag.O_RDONLY));
    }

    private String readAndClose(int fd) {
        try {
            return linux.readText(fd, Integer.MAX_VALUE);
        } finally {
            linux.close(fd);
        }
    }

    /**
     * The content of {@code path}, or an empty string when it cannot be read: the kernel may be too old, or the
     * controller may be missing.
     */
    String readIfThere(String path) {
        int fd = linux.openIfReadable(path);
        try {
            return fd < 0 ? "" : readAndClose(fd);
        } catch (LinuxException e) {
            return "";
        }
    }

    /** Writes {@code value} with a single write, as the kernel requires. */
    void write(String path, String value) {
        int fd = linux.open(path, FileFlag.O_WRONLY);
        try {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            linux.write(fd, bytes, 0, bytes.length);
        } finally {
            linux.close(fd);
        }
    }

    boolean exists(String path) {
        return linux.exists(path);
    }

    /**
     * Creates the directory {@code path} and its parents below {@code base}; returns whether it is new. Another process
     * may remove an empty parent concurrently, which is then created again.
     */
    boolean makeDirectories(String base, String path) {
        for (int attempt = 1; ; attempt++) {
            try {
                return makeDirectory(path);
            } catch (LinuxException e) {
                int slash = path.lastIndexOf('/');
                if (e.errno() != Errno.ENOENT || slash <= base.length() || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
                makeDirectories(base, path.substring(0, slash));
            }
        }
    }

    private boolean makeDirectory(String path) {
        try {
            linux.makeDirectory(path, DIRECTORY_MODE);
            return true;
        } catch (LinuxException e) {
            if (e.errno() == Errno.EEXIST) {
                return false;
            }
            throw e;
        }
    }

    /** The paths of the groups directly below {@code directory}; empty when it does not exist. */
    List<String> children(String directory) {
        List<String> children = new ArrayList<>();
        if (hasNoChildren(directory)) {
            return children;
        }
        String[] names = new File(directory).list();
        if (names != null) {
            for (String name : names) {
                String path = directory + "/" + name;
                if (new File(path).isDirectory()) {
                    children.add(path);
                }
            }
        }
        return children;
    }

    private boolean hasNoChildren(String directory) {
        try {
            return linux.status(directory).links() == LINKS_OF_A_LEAF;
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return true;
            }
            throw e;
        }
    }
}
