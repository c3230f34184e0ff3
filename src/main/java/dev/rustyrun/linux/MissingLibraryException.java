package dev.rustyrun.linux;

/** A required shared library cannot be loaded; the message is one line with the loader's reason. */
public final class MissingLibraryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    MissingLibraryException(String message) {
        super(message);
    }
}
