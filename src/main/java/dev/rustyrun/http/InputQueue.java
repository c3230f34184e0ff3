package dev.rustyrun.http;

import io.quarkus.websockets.next.CloseReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Input from a web socket client that a command has not accepted yet: at most {@value #MAX_BYTES} bytes, which count
 * towards the service's {@link Budget}. Thread-safe.
 */
final class InputQueue {

    private static final int MAX_BYTES = 1024 * 1024;
    /** The overhead counted for each piece, because many small pieces take memory too. */
    private static final int OVERHEAD = 128;

    private final Budget budget;
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int bytes;
    private boolean closed;

    InputQueue(Budget budget) {
        this.budget = budget;
    }

    /** Adds a piece; returns the reason to close the connection if there is no room. */
    synchronized Optional<CloseReason> offer(byte[] piece) {
        if (closed) {
            return Optional.empty();
        }
        if (bytes + size(piece) > MAX_BYTES) {
            return Optional.of(Closing.refused("wait for taken before sending more input"));
        }
        if (!budget.take(size(piece))) {
            return Optional.of(Closing.later("the service's memory is full of input"));
        }
        pieces.addLast(piece);
        bytes += size(piece);
        return Optional.empty();
    }

    private static int size(byte[] piece) {
        return OVERHEAD + piece.length;
    }

    synchronized Optional<byte[]> first() {
        return Optional.ofNullable(pieces.peekFirst());
    }

    /** Removes the first piece; its memory counts until its size is passed to {@link #giveBack}. */
    synchronized int removeFirst() {
        return pieces.isEmpty() ? 0 : size(pieces.removeFirst());
    }

    /** Releases the memory of a piece whose acceptance was reported to the client. */
    synchronized void giveBack(int size) {
        if (!closed) {
            bytes -= size;
            budget.giveBack(size);
        }
    }

    synchronized boolean isEmpty() {
        return pieces.isEmpty();
    }

    /** Drops all input, also future input. */
    synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        budget.giveBack(bytes);
        bytes = 0;
        pieces.clear();
    }
}
