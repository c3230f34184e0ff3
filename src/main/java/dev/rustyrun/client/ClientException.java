package dev.rustyrun.client;

import dev.rustyrun.spec.InvalidSpecException;

/** The client cannot do what was requested. The message is one line: the reason, and a remedy if one is known. */
public final class ClientException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    /** An error with the line that the user sees. */
    public ClientException(String message) {
        super(message);
    }

    /** An error with the line that the user sees, and the exception that caused it. */
    public ClientException(String message, Throwable cause) {
        super(message);
        initCause(cause);
    }
}
