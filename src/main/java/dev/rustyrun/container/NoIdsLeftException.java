package dev.rustyrun.container;

/** All ranges of ids are taken, for now: its message says what to do, in one line. */
public final class NoIdsLeftException extends ContainerException {

    private static final long serialVersionUID = 1L;

    NoIdsLeftException(String message) {
        super(Kind.BUSY, message);
    }
}
