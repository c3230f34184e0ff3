package dev.rustyrun.container;

import dev.rustyrun.spec.InvalidSpecException;

/** All ranges of ids are taken, for now: its message says what to do, in one line. */
public final class NoIdsLeftException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    NoIdsLeftException(String message) {
        super(message);
    }
}
