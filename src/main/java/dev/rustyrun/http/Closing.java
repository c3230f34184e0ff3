package dev.rustyrun.http;

import io.quarkus.websockets.next.CloseReason;

/** Why the service closes a web socket, in 123 bytes at most; RFC 6455, section 7.4.1. */
final class Closing {

    private Closing() {}

    /** Everything has been sent. */
    static CloseReason ended(String why) {
        return new CloseReason(1000, why);
    }

    /** The caller asks for something that is not allowed or does not exist. */
    static CloseReason refused(String why) {
        return new CloseReason(1008, why);
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
