package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The file in which a caller finds the process id: all of it at once, or nothing. */
final class PidFile {

    private PidFile() {}

    /** Writes {@code pid} into the file {@code path}, whose directory must be there. */
    static void write(Linux linux, String path, int pid) {
        Path target = Path.of(path).toAbsolutePath();
        String temporary =
                target.resolveSibling("." + target.getFileName() + ".new").toString();
        int fd = linux.create(temporary, 0644);
        try {
            linux.writeAll(fd, Integer.toString(pid).getBytes(StandardCharsets.US_ASCII));
        } finally {
            linux.close(fd);
        }
        linux.rename(temporary, target.toString());
    }
}
