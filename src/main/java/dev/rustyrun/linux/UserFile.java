package dev.rustyrun.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A file that a caller names. Opening never blocks: a FIFO, a device or an endless file is an error, and so is a file
 * that is larger than expected. Pipes that the caller has opened can be named {@code /dev/stdin} or {@code /dev/fd/N},
 * as in shells.
 */
public final class UserFile {

    /** Larger than any document from a caller, such as a config.json. */
    public static final int MAX_DOCUMENT = 16 * 1024 * 1024;

    /** Larger than any file of tokens, keys or certificates. */
    public static final int MAX_SECRETS = 4 * 1024 * 1024;

    private static final int WITHOUT_WAITING = FileFlag.O_NONBLOCK | FileFlag.O_NOCTTY;
    private static final int EFBIG = 27;
    private static final int EILSEQ = 84;

    private UserFile() {}

    /**
     * The text of the file {@code path}.
     *
     * @throws LinuxException if it is not a regular file of at most {@code most} bytes, or cannot be read
     */
    public static String read(Linux linux, String path, int most) {
        return new String(readBytes(linux, path, most), StandardCharsets.UTF_8);
    }

    /**
     * The text of the document {@code path}, which must be completely valid UTF-8.
     *
     * @throws LinuxException if it is not a regular file of at most {@link #MAX_DOCUMENT} bytes, cannot be read, or
     * is not UTF-8
     */
    public static String readDocument(Linux linux, String path) {
        return GivenBytes.text(readBytes(linux, path, MAX_DOCUMENT))
                .orElseThrow(() -> LinuxException.of(path + " is not UTF-8", EILSEQ));
    }

    private static byte[] readBytes(Linux linux, String path, int most) {
        boolean opened = path.equals("/dev/stdin")
                || (path.startsWith("/dev/fd/") || path.startsWith("/proc/self/fd/")) && path.matches(".*/fd/[0-9]+");
        int flags = FileFlag.O_RDONLY | (opened ? FileFlag.O_NOCTTY : WITHOUT_WAITING);
        try (OpenFile file = new OpenFile(linux, linux.open(path, flags))) {
            FileStatus status = linux.status(file.descriptor());
            if (status.isDirectory()) {
                throw LinuxException.of("read(\"" + path + "\")", Errno.EISDIR);
            }
            if (!status.isRegularFile() && !opened) {
                throw LinuxException.of(path + " is " + status.kind() + ", not a regular file", Errno.EINVAL);
            }
            byte[] bytes = status.size() > most ? new byte[0] : read(linux, file, status, most + 1);
            if (Math.max(bytes.length, status.size()) > most) {
                throw LinuxException.of(path + " has more than " + most + " bytes", EFBIG);
            }
            return bytes;
        }
    }

    /** A regular file is read by one call: fewer bytes than requested mean its end. */
    private static byte[] read(Linux linux, OpenFile file, FileStatus status, int most) {
        if (!status.isRegularFile() || status.size() == 0 || status.size() >= most) {
            return linux.readBytes(file.descriptor(), most);
        }
        byte[] bytes = new byte[(int) status.size() + 1];
        int got = linux.read(file.descriptor(), bytes, bytes.length);
        if (got < bytes.length) {
            return Arrays.copyOf(bytes, got);
        }
        byte[] rest = linux.readBytes(file.descriptor(), most - got);
        byte[] all = Arrays.copyOf(bytes, got + rest.length);
        System.arraycopy(rest, 0, all, got, rest.length);
        return all;
    }

    /** Opens {@code path} for writing, created with {@code mode} if missing; {@code how} is O_TRUNC or O_APPEND. */
    public static OpenFile toWrite(Linux linux, String path, int how, int mode) {
        return new OpenFile(
                linux, linux.openToWrite(path, how | FileFlag.O_WRONLY | FileFlag.O_CREAT | WITHOUT_WAITING, mode));
    }
}
