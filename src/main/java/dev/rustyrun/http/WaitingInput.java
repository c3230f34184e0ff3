package dev.rustyrun.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Input that a caller has sent and a container has not taken, {@value #MOST} bytes at the most. */
final class WaitingInput {

    private static final int MOST = 1024 * 1024;

    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int bytes;
    private boolean gone;

    /** Adds a piece; whether there was room for it. */
    synchronized boolean offer(byte[] piece) {
        if (bytes + piece.length > MOST) {
            return false;
        }
        // An empty piece is answered too.
        pieces.addLast(piece);
        bytes += Math.max(1, piece.length);
        notifyAll();
        return true;
    }

    /** Waits for the next piece, which takes its room until it is {@link #taken}; none when the caller has gone. */
    synchronized Optional<byte[]> next() throws InterruptedException {
        while (pieces.isEmpty() && !gone) {
            wait();
        }
        return gone ? Optional.empty() : Optional.of(pieces.getFirst());
    }

    /** The container has the first piece. */
    synchronized void taken() {
        bytes -= Math.max(1, pieces.removeFirst().length);
    }

    /** The caller has gone, and what he sent last is nobody's. */
    synchronized void goes() {
        gone = true;
        notifyAll();
    }

    synchronized boolean isGone() {
        return gone;
    }
}
