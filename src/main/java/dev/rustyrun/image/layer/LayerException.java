package dev.rustyrun.image.layer;

/** A layer cannot be unpacked or used; the message says why in one line. */
public final class LayerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LayerException(String message) {
        super(message);
    }
}
