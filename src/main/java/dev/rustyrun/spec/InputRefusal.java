package dev.rustyrun.spec;

/** Why no more input is accepted from a client. */
public enum InputRefusal {
    /** The client has not waited until its earlier input was accepted. */
    TOO_MUCH("wait for the message \"taken\" before sending more input"),
    /** The service has no memory for it at the moment. */
    NO_MEMORY("the service has no memory left for input");

    private final String reason;

    InputRefusal(String reason) {
        this.reason = reason;
    }

    /** The reason in one line, for the client. */
    public String reason() {
        return reason;
    }

    /** Whether the client may try again later. */
    public boolean isTemporary() {
        return this == NO_MEMORY;
    }
}
