package dev.rustyrun.image;

import dev.rustyrun.spec.InvalidSpecException;

/** Something cannot be done with an image, for a reason that programs tell apart. */
public class ImageException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Why. */
    public enum Kind {
        /** The name of the image is none. */
        NAME,
        /** The store has no such image. */
        UNKNOWN,
        /** The registry has no such image. */
        NOT_FOUND,
        /** The registry lets this user not have it. */
        DENIED,
        /** What the registry sent is not what it should be. */
        WRONG,
        /** The registry cannot be reached, or fails. */
        UNAVAILABLE,
        /** The store has no room. */
        FULL,
        /** A container uses it, or it has other names. */
        IN_USE
    }

    ImageException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
