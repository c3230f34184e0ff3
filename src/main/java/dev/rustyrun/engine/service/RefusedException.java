package dev.rustyrun.engine.service;

/**
 * The service's state does not allow a valid request. An overloaded service refuses many requests, so these exceptions
 * have no stack trace.
 */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final int SOON = 1;

    /** The reason. */
    public enum Kind {
        /** Too many requests are being served or are waiting. */
        TOO_MANY,
        /** The service cannot serve the request at the moment. */
        UNAVAILABLE,
        /** The client has disconnected; nobody gets this answer. */
        DISCONNECTED
    }

    private final Kind kind;
    private final int retryAfterSeconds;

    private RefusedException(Kind kind, String message, int retryAfterSeconds) {
        super(message, null, false, false);
        this.kind = kind;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    static RefusedException tooMany(String message) {
        return new RefusedException(Kind.TOO_MANY, message, SOON);
    }

    static RefusedException unavailable(String message) {
        return unavailable(message, SOON);
    }

    static RefusedException unavailable(String message, int retryAfterSeconds) {
        return new RefusedException(Kind.UNAVAILABLE, message, retryAfterSeconds);
    }

    static RefusedException stopping() {
        return unavailable("the service is stopping");
    }

    static RefusedException disconnected() {
        return new RefusedException(Kind.DISCONNECTED, "the caller has disconnected", 0);
    }

    /** The reason. */
    public Kind kind() {
        return kind;
    }

    /** When the client may try again; 0 for never. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }
}
