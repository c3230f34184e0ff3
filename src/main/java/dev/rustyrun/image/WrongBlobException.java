package dev.rustyrun.image;

/** Bytes that are not those that their digest and size say. */
final class WrongBlobException extends ImageException {

    private static final long serialVersionUID = 1L;

    WrongBlobException(String message) {
        super(Kind.WRONG, message);
    }
}
