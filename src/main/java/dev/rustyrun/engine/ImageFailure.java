package dev.rustyrun.engine;

import dev.rustyrun.image.ImageException;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.stream.Stream;

/** Something that a service was asked to do with an image cannot be done, and why. */
public final class ImageFailure extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** Why. */
    public enum Kind {
        /** The name is none, or says too little. */
        NAME,
        /** The operator of the service has not named the repository. */
        NOT_ALLOWED,
        /** The store has no such image. */
        UNKNOWN,
        /** The registry has no such image. */
        NOT_FOUND,
        /** The registry does not let the service have it. */
        DENIED,
        /** What the registry sent is not what it should be. */
        WRONG,
        /** The registry cannot be reached, or fails. */
        UNAVAILABLE,
        /** The store has no room. */
        FULL,
        /** A container uses it, or it has other names. */
        IN_USE,
        /** Enough others are fetched at the same time. */
        BUSY,
        /** Something else is wrong with the image. */
        UNUSABLE
    }

    ImageFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** What {@code e} means to who has asked a service. */
    static ImageFailure of(InvalidSpecException e) {
        if (e instanceof ImageFailure known) {
            return known;
        }
        if (e instanceof ImageException failed) {
            return new ImageFailure(Kind.valueOf(failed.kind().name()), e.getMessage());
        }
        // A process of the store's says what the kernel has told it.
        boolean full = Stream.of("ENOSPC", "EDQUOT", "maxSize").anyMatch(e.getMessage()::contains);
        return new ImageFailure(full ? Kind.FULL : Kind.UNUSABLE, e.getMessage());
    }

    /** Why. */
    public Kind kind() {
        return kind;
    }
}
