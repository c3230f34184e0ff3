package dev.rustyrun.image;

import dev.rustyrun.spec.InvalidSpecException;

/** An operation on an image has failed, with a kind that programs can distinguish. */
public class ImageException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** The kind of failure. */
    public enum Kind {
        /** The name of the image is invalid. */
        NAME,
        /** The store has no such image. */
        UNKNOWN,
        /** The registry has no such image. */
        NOT_FOUND,
        /** The registry denies access to this user. */
        DENIED,
        /** The registry's answer or the blob's digest is wrong. */
        WRONG,
        /** The registry cannot be reached, or has failed. */
        UNAVAILABLE,
        /** The store is full. */
        FULL,
        /** A container uses the image, or it has other names. */
        IN_USE
    }

    ImageException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** The kind of failure. */
    public Kind kind() {
        return kind;
    }
}
