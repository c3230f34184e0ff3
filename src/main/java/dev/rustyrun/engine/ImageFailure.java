package dev.rustyrun.engine;

import dev.rustyrun.image.ImageException;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.stream.Stream;

/** A service cannot do what was requested with an image. */
public final class ImageFailure extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    /** The reason. */
    public enum Kind {
        /** The name is invalid or ambiguous. */
        NAME,
        /** The repository is not in the service's configuration. */
        NOT_ALLOWED,
        /** The store has no such image. */
        UNKNOWN,
        /** The registry has no such image. */
        NOT_FOUND,
        /** The registry denies access to the image. */
        DENIED,
        /** The registry sent invalid data. */
        WRONG,
        /** The registry cannot be reached, or reports an error of its own. */
        UNAVAILABLE,
        /** The store is full. */
        FULL,
        /** A container uses the image, or it has other names. */
        IN_USE,
        /** Too many pulls run at the same time. */
        BUSY,
        /** The image cannot be used for another reason. */
        UNUSABLE
    }

    ImageFailure(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** The failure that a service reports for {@code e}. */
    static ImageFailure of(InvalidSpecException e) {
        if (e instanceof ImageFailure known) {
            return known;
        }
        if (e instanceof ImageException failed) {
            return new ImageFailure(Kind.valueOf(failed.kind().name()), e.getMessage());
        }
        // A store process reports a kernel error by its name.
        boolean full = Stream.of("ENOSPC", "EDQUOT", "maxSize").anyMatch(e.getMessage()::contains);
        return new ImageFailure(full ? Kind.FULL : Kind.UNUSABLE, e.getMessage());
    }

    /** The reason. */
    public Kind kind() {
        return kind;
    }
}
