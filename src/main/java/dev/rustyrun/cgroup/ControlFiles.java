package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes the files by which the kernel shows control groups. Failures are the kernel's, unexplained. */
final class ControlFiles {

    private static final int MAX_ATTEMPTS = 20;
    private static final int DIRECTORY_MODE = 0755;
    /** Its own name and its {@code .}: no {@code ..} of a directory in it. */
    private static final int LINKS_OF_A_LEAF = 2;

    private final Linux linux;

    ControlFiles(Linux linux) {
        this.linux = linux;
    }

    Linux linux() {
        return linux;
    }

    /** The whole text of {@code path}. */
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

    /** The same, or nothing when it cannot be read: a file of a newer kernel, of a controller that is not there. */
    String readIfThere(String path) {
        int fd = linux.openIfReadable(path);
        try {
            return fd < 0 ? "" : readAndClose(fd);
        } catch (LinuxException e) {
            return "";
        }
    }

    /** Writes {@code value} in one write, as the kernel wants it. */
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
     * Makes the directory {@code path}, and those above it down from {@code base}; whether it was not there. One above may
     * be removed as empty by another process just then, and is made again.
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

    /** The groups directly below {@code directory}, as paths; none when it is gone. */
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
