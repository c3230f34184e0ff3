package dev.rustyrun.spec;

/** An invalid request: its message is one line that names the problem and a correct value. */
public class InvalidSpecException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public InvalidSpecException(String message) {
        super(message);
    }
}
