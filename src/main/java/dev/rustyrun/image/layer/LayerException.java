package dev.rustyrun.image.layer;

/** A layer that cannot be unpacked or used, and why, in one line. */
public final class LayerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LayerException(String message) {
        super(message);
    }
}
