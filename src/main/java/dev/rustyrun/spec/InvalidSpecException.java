package dev.rustyrun.spec;

/** Something that was asked for cannot be: its message names it and says what would be right, in one line. */
public class InvalidSpecException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public InvalidSpecException(String message) {
        super(message);
    }
}
