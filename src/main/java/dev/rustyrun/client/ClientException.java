package dev.rustyrun.client;

import dev.rustyrun.spec.InvalidSpecException;

/** Ends a command of the client with one line: what failed, and what to do about it. */
public final class ClientException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    /** Ends it so. */
    public ClientException(String message) {
        super(message);
    }

    /** Ends it so, because of {@code cause}. */
    public ClientException(String message, Throwable cause) {
        super(message);
        initCause(cause);
    }
}
