package dev.rustyrun.step;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;

/** A user's home directory according to the container; man 5 passwd. */
final class HomeDirectory {

    private static final String NOWHERE = "/";
    private static final int MAX_BYTES = 1 << 20;
    private static final int UID = 2;
    private static final int HOME = 5;

    private HomeDirectory() {}

    /** The first entry for {@code uid} in the container's /etc/passwd; {@code /} when there is none. */
    static String of(Linux linux, InsideRootfs inside, int uid) {
        // The file belongs to the image, so it may be anything, such as a FIFO without a writer.
        int flags = FileFlag.O_RDONLY | FileFlag.O_NONBLOCK | FileFlag.O_NOCTTY;
        try (OpenFile passwd = inside.opened("/etc/passwd", flags)) {
            return linux.status(passwd.descriptor()).isRegularFile()
                    ? in(linux.readText(passwd.descriptor(), MAX_BYTES), uid)
                    : NOWHERE;
        } catch (LinuxException e) {
            return NOWHERE;
        }
    }

    static String in(String passwd, int uid) {
        String wanted = Integer.toUnsignedString(uid);
        for (String line : passwd.split("\n")) {
            String[] fields = line.split(":", -1);
            if (fields.length > HOME && fields[UID].equals(wanted)) {
                return fields[HOME].startsWith("/") ? fields[HOME] : NOWHERE;
            }
        }
        return NOWHERE;
    }
}
