package dev.rustyrun.network.cni;

/** A container cannot be connected to a CNI network, or disconnected from it; the message says why in one line. */
public final class CniException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CniException(String message) {
        super(message);
    }
}
