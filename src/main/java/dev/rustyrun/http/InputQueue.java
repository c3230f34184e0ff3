package dev.rustyrun.http;

import io.quarkus.websockets.next.CloseReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Input from a caller of a web socket that a command has not taken: at most {@value #MAX_BYTES} bytes, counted in the
 * service's {@link Budget}. Safe for use by several threads.
 */
final class InputQueue {

    private static final int MAX_BYTES = 1024 * 1024;
    /** The minimum overhead of a piece: many small ones fill the memory too. */
    private static final int OVERHEAD = 128;

    private final Budget budget;
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int bytes;
    private boolean closed;

    InputQueue(Budget budget) {
        this.budget = budget;
    }

    /** Adds a piece; returns why the connection must be closed if there is no room for it. */
    synchronized Optional<CloseReason> offer(byte[] piece) {
        if (closed) {
            return Optional.empty();
        }
        if (bytes + size(piece) > MAX_BYTES) {
            return Optional.of(Closing.refused("wait for taken before you send more input"));
        }
        if (!budget.take(size(piece))) {
            return Optional.of(Closing.later("the input of all callers fills the service's memory"));
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

    /** Removes the first piece; it counts until its size is passed to {@link #giveBack}. */
    synchronized int removeFirst() {
        return pieces.isEmpty() ? 0 : size(pieces.removeFirst());
    }

    /** The caller has been told that a piece of this size was taken. */
    synchronized void giveBack(int size) {
        if (!closed) {
            bytes -= size;
            budget.giveBack(size);
        }
    }

    synchronized boolean isEmpty() {
        return pieces.isEmpty();
    }

    /** Drops all input, and later input. */
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
