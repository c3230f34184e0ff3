package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes the pid file of a caller atomically: a reader sees the whole process id, or no file. */
final class PidFile {

    private PidFile() {}

    /** Writes {@code pid} into the file {@code path}, whose directory must exist. */
    static void write(Linux linux, String path, int pid) {
        Path target = Path.of(path).toAbsolutePath();
        String temporary =
                target.resolveSibling("." + target.getFileName() + ".new").toString();
        checkReplaceable(linux, target.toString());
        linux.removeFile(temporary);
        int fd = linux.create(temporary, 0644);
        try {
            linux.writeAll(fd, Integer.toString(pid).getBytes(StandardCharsets.US_ASCII));
        } finally {
            linux.close(fd);
        }
        linux.rename(temporary, target.toString());
    }

    /** The rename would replace a device such as /dev/null, or a FIFO. */
    private static void checkReplaceable(Linux linux, String target) {
        try {
            FileStatus there = linux.status(FileFlag.AT_FDCWD, target);
            if (!there.isRegularFile() && !there.isSymbolicLink()) {
                throw LinuxException.of("the pid file " + target + " is not a regular file", Errno.EEXIST);
            }
        } catch (LinuxException e) {
            if (e.errno() != Errno.ENOENT) {
                throw e;
            }
        }
    }
}
