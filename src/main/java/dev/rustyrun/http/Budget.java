package dev.rustyrun.http;

import dev.rustyrun.spec.ByteSize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all clients together may use in the service: requests, outputs, stored answers, data in transit. A
 * third of the heap; the rest is for processing. Thread-safe.
 */
@Singleton
final class Budget {

    private static final int PART_OF_HEAP = 3;
    private static final int SOON = 2;

    private final long max;
    private final AtomicLong used = new AtomicLong();

    @Inject
    Budget(ServeConfig config) {
        this(config.budget()
                .map(size -> ByteSize.configured("rustyrun.budget", size))
                .orElse(Runtime.getRuntime().maxMemory() / PART_OF_HEAP));
    }

    /** Creates a budget of {@code max} bytes. */
    Budget(long max) {
        this.max = max;
    }

    long max() {
        return max;
    }

    long used() {
        return used.get();
    }

    /** Reserves bytes; returns false if too few are left. */
    boolean take(long bytes) {
        if (used.addAndGet(bytes) > max) {
            used.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    /** The problem for a client that gets no memory. */
    static Problem exhausted() {
        return Problem.busy(503, "the service's memory is full of requests and outputs", SOON);
    }

    /** Creates an empty share with one holder. */
    Share share() {
        return new Share();
    }

    /** Bytes that are released together by the last holder. */
    final class Share {

        private long bytes;
        private int holders = 1;

        private Share() {}

        /** Reserves more bytes; returns false if too few are left. */
        synchronized boolean take(long more) {
            boolean taken = holders > 0 && Budget.this.take(more);
            bytes += taken ? more : 0;
            return taken;
        }

        /** Reserves more bytes, or fails the request. */
        void demand(long more) {
            if (!take(more)) {
                throw exhausted().exception();
            }
        }

        synchronized long bytes() {
            return bytes;
        }

        /** Adds a holder. */
        synchronized void hold() {
            holders++;
        }

        /** Removes a holder. */
        synchronized void release() {
            holders--;
            if (holders == 0) {
                giveBack(bytes);
                bytes = 0;
            }
        }
    }
}
