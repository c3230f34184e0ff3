package dev.rustyrun.http;

import io.quarkus.websockets.next.CloseReason;

/** Why the service closes a web socket, in 123 bytes at most; RFC 6455, section 7.4.1. */
final class Closing {

    private Closing() {}

    /** All has been said. */
    static CloseReason ended(String why) {
        return new CloseReason(1000, why);
    }

    /** The caller asks for what it may not, or for what there is not. */
    static CloseReason refused(String why) {
        return new CloseReason(1008, why);
    }

    /** The service cannot go on with it. */
    static CloseReason failed(String why) {
        return new CloseReason(1011, why);
    }

    /** The same may work at another time. */
    static CloseReason later(String why) {
        return new CloseReason(1013, why);
    }
}
