package dev.rustyrun.http;

import io.quarkus.websockets.next.CloseReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Input that a caller has sent through a web socket and a command has not taken: {@value #MAX_BYTES} bytes at most, and counted in
 * the service's {@link Budget}. Safe for use by several threads.
 */
final class InputQueue {

    private static final int MAX_BYTES = 1024 * 1024;
    /** What a piece takes beside its bytes, at least: many small ones fill the memory too. */
    private static final int OVERHEAD = 128;

    private final Budget budget;
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int bytes;
    private boolean closed;

    InputQueue(Budget budget) {
        this.budget = budget;
    }

    /** Adds a piece; why the caller must be sent away, if there is no room for it. */
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

    /** Removes the first; it counts until {@link #giveBack} is called with what this returns. */
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

    /** Forgets all of it, and what comes later. */
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
