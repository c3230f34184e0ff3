package dev.rustyrun.request;

import dev.rustyrun.spec.InvalidSpecException;

/** The body of a request is not valid JSON. */
public final class MalformedJsonException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    MalformedJsonException(String message) {
        super(message);
    }
}
