package dev.rustyrun.spec;

import dev.rustyrun.linux.GivenBytes;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.UserFile;

/** A file that a user names by its path. */
public final class GivenFile {

    private GivenFile() {}

    /**
     * Reads the document without blocking; it may be at most {@link UserFile#MAX_DOCUMENT} bytes.
     *
     * @param option the option that names it, for the message
     * @throws InvalidSpecException when it cannot be read
     */
    public static String read(String option, String path) {
        try {
            return UserFile.readDocument(Linux.host(), path);
        } catch (LinuxException e) {
            throw new InvalidSpecException(option + " " + path + " cannot be read: " + e.getMessage());
        }
    }

    /**
     * Reads a file of tokens, keys or certificates without blocking; it may be at most {@link UserFile#MAX_SECRETS}
     * bytes.
     *
     * @throws InvalidSpecException when it cannot be read, with the reason only
     */
    public static String readSecrets(String path) {
        try {
            return UserFile.read(Linux.host(), path, UserFile.MAX_SECRETS);
        } catch (LinuxException e) {
            throw new InvalidSpecException(e.getMessage());
        }
    }

    /**
     * Whether the caller's environment variable {@code name} really has the bytes of {@code value}; Java replaces
     * invalid UTF-8.
     */
    public static boolean isVariable(String name, String value) {
        return GivenBytes.isValue(name, value);
    }
}
