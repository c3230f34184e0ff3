package dev.rustyrun.container;

/** All ranges of the id pool are currently used. */
public final class NoIdsLeftException extends ContainerException {

    private static final long serialVersionUID = 1L;

    NoIdsLeftException(String message) {
        super(Kind.BUSY, message);
    }
}
