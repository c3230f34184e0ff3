package dev.rustyrun.request;

import dev.rustyrun.spec.InvalidSpecException;

/** An invalid field of a request. The message names the option on a command line, and the field over HTTP. */
public final class FieldException extends InvalidSpecException {

    private static final long serialVersionUID = 1L;

    private final String pointer;
    private final String inJson;

    private FieldException(String message, String pointer, String inJson) {
        super(message);
        this.pointer = pointer;
        this.inJson = inJson;
    }

    /**
     * Returns an exception for a field with an invalid value.
     *
     * @param option name on a command line
     * @param field name in JSON
     * @param detail what is wrong; printed after the name
     */
    static FieldException of(String option, String field, String detail) {
        return new FieldException(option + " " + detail, "/" + field, field + " " + detail);
    }

    /**
     * Returns an exception for a place in a document.
     *
     * @param pointer JSON pointer (RFC 6901) to the place
     */
    public static FieldException at(String pointer, String message) {
        return new FieldException(message, pointer, message);
    }

    /** The JSON pointer to the field in the request. */
    public String pointer() {
        return pointer;
    }

    /** The message with the JSON name of the field. */
    public String inJson() {
        return inJson;
    }
}
