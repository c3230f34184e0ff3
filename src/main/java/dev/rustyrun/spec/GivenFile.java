package dev.rustyrun.spec;

import dev.rustyrun.linux.GivenBytes;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;

/** A document that a caller gives by its path. */
public final class GivenFile {

    private GivenFile() {}

    /**
     * Its text; nothing is waited for, and it may not be longer than {@link UserFile#MAX_DOCUMENT}.
     *
     * @param option that names it, for the message
     * @throws InvalidSpecException when it cannot be read
     */
    public static String read(String option, String path) {
        try {
            return UserFile.readDocument(Linux.host(), path);
        } catch (LinuxException e) {
            throw new InvalidSpecException(option + " " + path + " cannot be read: " + e.getMessage());
        }
    }

    /** Whether the caller's variable {@code name} has {@code value}, as Java says, and not bytes that are no UTF-8. */
    public static boolean isVariable(String name, String value) {
        return GivenBytes.isValue(name, value);
    }
}
