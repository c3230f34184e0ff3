package dev.rustyrun.spec;

/**
 * A request on a container has failed. The message says why in one line. The kind classifies the failure: the command
 * line translates it into an exit status, HTTP into a status and a problem document.
 */
public class ContainerException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    /** The kind of failure. */
    public enum Kind {
        /** The container, or a file in it, does not exist. */
        NOT_FOUND,
        /** The container is not in a state for this. */
        CONFLICT,
        /** Not possible now, but possibly in a moment. */
        BUSY,
        /** All ranges of the id pool are currently used. */
        NO_IDS,
        /** An argument is invalid: {@link ContainerException#argument} names it. */
        INVALID,
        /** An archive is damaged, or has an entry that cannot be unpacked. */
        INVALID_ARCHIVE,
        /** An archive is compressed where an uncompressed one is required. */
        COMPRESSED,
        /** The request body is larger than allowed. */
        TOO_LARGE,
        /** The container's file system has no room for the files. */
        NO_ROOM,
        /** The operation needs the native binary, and this program runs on a JVM. */
        NEEDS_NATIVE
    }

    private final Kind kind;
    private final String argument;

    public ContainerException(Kind kind, String message) {
        this(kind, "", message);
    }

    private ContainerException(Kind kind, String argument, String message) {
        super(message);
        this.kind = kind;
        this.argument = argument;
    }

    /** The requested container or file does not exist. */
    public static ContainerException notFound(String message) {
        return new ContainerException(Kind.NOT_FOUND, message);
    }

    /** The container is not in a state for this. */
    public static ContainerException conflict(String message) {
        return new ContainerException(Kind.CONFLICT, message);
    }

    /** The operation may be possible in a moment. */
    public static ContainerException busy(String message) {
        return new ContainerException(Kind.BUSY, message);
    }

    /** {@code argument} is invalid. */
    public static ContainerException invalid(String argument, String message) {
        return new ContainerException(Kind.INVALID, argument, message);
    }

    /** The kind of failure. */
    public final Kind kind() {
        return kind;
    }

    /** The invalid argument; may be empty. */
    public final String argument() {
        return argument;
    }
}
