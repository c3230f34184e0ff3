package dev.rustyrun.http;

import io.quarkus.websockets.next.CloseReason;

/** The reasons to close a web socket, at most 123 bytes; RFC 6455, section 7.4.1. */
final class Closing {

    private Closing() {}

    /** Everything was sent. */
    static CloseReason ended(String why) {
        return new CloseReason(1000, why);
    }

    /** The request is invalid, not allowed, or for something that does not exist. */
    static CloseReason refused(String why) {
        return new CloseReason(1008, why);
    }

    /** The request is refused; with {@code later}, the same request may work later. */
    static CloseReason refused(boolean later, String why) {
        return later ? later(why) : refused(why);
    }

    /** The service cannot continue. */
    static CloseReason failed(String why) {
        return new CloseReason(1011, why);
    }

    /** The same request may work later. */
    static CloseReason later(String why) {
        return new CloseReason(1013, why);
    }
}
