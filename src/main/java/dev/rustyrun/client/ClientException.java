package dev.rustyrun.client;

/** Ends a command of the client with one line: what failed, and what to do about it. */
final class ClientException extends RuntimeException {

    ClientException(String message) {
        super(message);
    }

    ClientException(String message, Throwable cause) {
        super(message, cause);
    }
}
