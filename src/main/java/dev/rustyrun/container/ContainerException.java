package dev.rustyrun.container;

import dev.rustyrun.spec.InvalidSpecException;

/**
 * What was asked of a container cannot be done: its message says why, in one line, and its kind says what sort of failure that
 * is. Each door translates the kind into its own words: the command line into an exit status, HTTP into a status and a
 * problem.
 */
public class ContainerException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    /** The sort of a failure. */
    public enum Kind {
        /** There is no such container, or no such file in it. */
        NOT_FOUND,
        /** The container is not in a state for this. */
        CONFLICT,
        /** Not now; in a moment it may be possible. */
        BUSY,
        /** Something that was asked for is wrong in itself: {@link ContainerException#argument} names it. */
        INVALID,
        /** An archive is damaged, or holds what cannot be unpacked. */
        INVALID_ARCHIVE,
        /** An archive is compressed. */
        COMPRESSED,
        /** More was sent than is allowed. */
        TOO_LARGE,
        /** The container has no room for it. */
        NO_ROOM,
        /** This program cannot do it, because it runs on a JVM. */
        NEEDS_NATIVE
    }

    private final Kind kind;
    private final String argument;

    /** A failure of that kind. */
    public ContainerException(Kind kind, String message) {
        this(kind, "", message);
    }

    private ContainerException(Kind kind, String argument, String message) {
        super(message);
        this.kind = kind;
        this.argument = argument;
    }

    /** What is asked for does not exist. */
    public static ContainerException notFound(String message) {
        return new ContainerException(Kind.NOT_FOUND, message);
    }

    /** The container is not in a state for this. */
    public static ContainerException conflict(String message) {
        return new ContainerException(Kind.CONFLICT, message);
    }

    /** It may be possible in a moment. */
    public static ContainerException busy(String message) {
        return new ContainerException(Kind.BUSY, message);
    }

    /** {@code argument} is wrong. */
    public static ContainerException invalid(String argument, String message) {
        return new ContainerException(Kind.INVALID, argument, message);
    }

    /** The sort of failure. */
    public final Kind kind() {
        return kind;
    }

    /** The invalid argument; may be empty. */
    public final String argument() {
        return argument;
    }
}
