package dev.rustyrun.spec;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.GivenBytes;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.UserFile;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A file that a caller names with an option. Opening it never blocks. A failure is an {@link InvalidSpecException} that
 * names the option and the file.
 */
public final class GivenFile {

    private static final int FOR_USERS = 0666;
    private static final int FOR_OWNER = 0644;

    private GivenFile() {}

    /** Reads a document in UTF-8; it may be at most {@link UserFile#MAX_DOCUMENT} bytes. */
    public static String read(String option, String path) {
        return read(option, path, path);
    }

    /** Reads a document as {@link #read}, or standard input if {@code path} is {@code -}. */
    public static String readOrInput(String option, String path) {
        return read(option, path, path.equals("-") ? "/dev/stdin" : path);
    }

    private static String read(String option, String shown, String path) {
        try {
            return UserFile.readDocument(Linux.host(), path);
        } catch (LinuxException e) {
            throw new InvalidSpecException(option + " " + shown + " cannot be read: " + e.getMessage());
        }
    }

    /** Reads a document as {@link #read}; empty if the file does not exist. */
    public static Optional<String> find(String option, String path) {
        try {
            return Optional.of(UserFile.readDocument(Linux.host(), path));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw new InvalidSpecException(option + " " + path + " cannot be read: " + e.getMessage());
        }
    }

    /** Reads a file of tokens, keys or certificates; it may be at most {@link UserFile#MAX_SECRETS} bytes. */
    public static String readSecrets(String option, String path) {
        try {
            return readSecrets(path);
        } catch (InvalidSpecException e) {
            throw new InvalidSpecException(option + " " + path + " cannot be read: " + e.getMessage());
        }
    }

    /**
     * Reads a file of tokens, keys or certificates.
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

    /** Writes a new file: another process may still read the old one. */
    public static void create(String option, String path, String text) {
        try (OpenFile file = UserFile.toWrite(Linux.host(), path, FileFlag.O_EXCL, FOR_USERS)) {
            write(file, text);
        } catch (LinuxException e) {
            throw new InvalidSpecException(option + " \"" + path + "\" cannot be written: " + e.getMessage()
                    + (e.errno() == Errno.EEXIST ? "; remove it first" : ""));
        }
    }

    /** Writes a file, which may exist. */
    public static void replace(String option, String path, String text) {
        try (OpenFile file = UserFile.toWrite(Linux.host(), path, FileFlag.O_TRUNC, FOR_USERS)) {
            write(file, text);
        } catch (LinuxException e) {
            throw new InvalidSpecException(option + " \"" + path + "\" cannot be written: " + e.getMessage());
        }
    }

    /** Appends to a file, which is created if it is missing. */
    public static void append(String option, String path, String text) {
        try (OpenFile file = UserFile.toWrite(Linux.host(), path, FileFlag.O_APPEND, FOR_OWNER)) {
            write(file, text);
        } catch (LinuxException e) {
            throw new InvalidSpecException(option + " " + path + " cannot be written: " + e.getMessage());
        }
    }

    private static void write(OpenFile file, String text) {
        Linux.host().writeAll(file.descriptor(), text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Whether the caller's environment variable {@code name} really has the bytes of {@code value}; Java replaces
     * invalid UTF-8.
     */
    public static boolean isVariable(String name, String value) {
        return GivenBytes.isValue(name, value);
    }
}
