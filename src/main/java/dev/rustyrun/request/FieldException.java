package dev.rustyrun.request;

import dev.rustyrun.spec.InvalidSpecException;

/** A field of a request is wrong. On a command line its message names the option, over HTTP the field. */
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
     * One whose value is wrong.
     *
     * @param option its name on a command line
     * @param field its name in JSON
     * @param detail what is wrong, to be read behind that name
     */
    static FieldException of(String option, String field, String detail) {
        return new FieldException(option + " " + detail, "/" + field, field + " " + detail);
    }

    /**
     * One at a place in a document.
     *
     * @param pointer to it, RFC 6901
     */
    public static FieldException at(String pointer, String message) {
        return new FieldException(message, pointer, message);
    }

    /** Where in the JSON of the request it is: a JSON pointer. */
    public String pointer() {
        return pointer;
    }

    /** What is wrong, in the words of JSON. */
    public String inJson() {
        return inJson;
    }
}
