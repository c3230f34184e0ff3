package dev.rustyrun.spec;

/** The output of this process cannot be written. */
public final class OutputException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String reason;
    private final boolean closed;

    /**
     * @param message the call that failed, and why
     * @param reason only why: the errno by name
     * @param closed whether nobody reads the output any more
     */
    public OutputException(String message, String reason, boolean closed) {
        super(message);
        this.reason = reason;
        this.closed = closed;
    }

    /** The errno by name. */
    public String reason() {
        return reason;
    }

    /** Whether nobody reads the output any more. */
    public boolean isClosed() {
        return closed;
    }
}
