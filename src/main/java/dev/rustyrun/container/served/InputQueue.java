package dev.rustyrun.container.served;

import dev.rustyrun.spec.InputRefusal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Input from an attached client that a command has not accepted yet: at most {@value #MAX_BYTES} bytes, which count
 * towards the service's {@link Memory}. Thread-safe.
 */
public final class InputQueue {

    /** The message that confirms a piece of input to the client. */
    public static final String TAKEN = "taken";

    private static final int MAX_BYTES = 1024 * 1024;
    /** The overhead counted for each piece, because many small pieces take memory too. */
    private static final int OVERHEAD = 128;

    private final Memory memory;
    private final Deque<byte[]> pieces = new ArrayDeque<>();
    private int bytes;
    private boolean closed;

    public InputQueue(Memory memory) {
        this.memory = memory;
    }

    /** Adds a piece; returns the reason if it is refused. */
    public synchronized Optional<InputRefusal> offer(byte[] piece) {
        if (closed) {
            return Optional.empty();
        }
        if (bytes + size(piece) > MAX_BYTES) {
            return Optional.of(InputRefusal.TOO_MUCH);
        }
        if (!memory.take(size(piece))) {
            return Optional.of(InputRefusal.NO_MEMORY);
        }
        pieces.addLast(piece);
        bytes += size(piece);
        return Optional.empty();
    }

    private static int size(byte[] piece) {
        return OVERHEAD + piece.length;
    }

    public synchronized Optional<byte[]> first() {
        return Optional.ofNullable(pieces.peekFirst());
    }

    /** Removes the first piece; its memory counts until its size is passed to {@link #giveBack}. */
    public synchronized int removeFirst() {
        return pieces.isEmpty() ? 0 : size(pieces.removeFirst());
    }

    /** Releases the memory of a piece whose acceptance was reported to the client. */
    public synchronized void giveBack(int size) {
        if (!closed) {
            bytes -= size;
            memory.giveBack(size);
        }
    }

    synchronized boolean isEmpty() {
        return pieces.isEmpty();
    }

    /** Drops all input, also future input. */
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        memory.giveBack(bytes);
        bytes = 0;
        pieces.clear();
    }
}
