package dev.rustyrun.image;

/** Received bytes do not match their digest or size. */
final class WrongBlobException extends ImageException {

    private static final long serialVersionUID = 1L;

    WrongBlobException(String message) {
        super(Kind.WRONG, message);
    }
}
