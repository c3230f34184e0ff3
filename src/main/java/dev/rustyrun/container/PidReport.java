package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.PidOutputs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Reports a process to the caller that asked for it. */
final class PidReport {

    private PidReport() {}

    /**
     * Reports process {@code pid}.
     *
     * @param kind the message that goes with the pidfd, as in runc: {@code standard} for a container's first process,
     *        {@code setns} for an exec
     */
    static void send(Linux linux, PidOutputs outputs, int pid, String kind) {
        outputs.file().ifPresent(path -> write(linux, path, pid));
        outputs.socket().ifPresent(path -> send(linux, path, pid, kind));
    }

    private static void send(Linux linux, String path, int pid, String kind) {
        try (OpenFile process = new OpenFile(linux, linux.processDescriptor(pid));
                OpenFile receiver = new OpenFile(linux, linux.connect(path))) {
            linux.send(receiver.descriptor(), kind.getBytes(StandardCharsets.US_ASCII), process.descriptor());
        } catch (LinuxException e) {
            throw LinuxException.of("--pidfd-socket " + path, e.errno());
        }
    }

    /** Writes the file atomically: a reader sees the whole process id, or no file. Its directory must exist. */
    private static void write(Linux linux, String path, int pid) {
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
