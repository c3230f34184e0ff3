package dev.rustyrun.http;

import dev.rustyrun.spec.ByteSize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes that all callers together may hold in the service's memory: requests, outputs, kept answers, data in
 * transit. A third of the heap; the rest is for processing. Safe for use by several threads.
 */
@Singleton
final class Budget {

    private static final int PART_OF_HEAP = 3;
    private static final int SOON = 2;

    private final long most;
    private final AtomicLong used = new AtomicLong();

    @Inject
    Budget(ServeConfig config) {
        this(config.budget()
                .map(size -> ByteSize.configured("rustyrun.budget", size))
                .orElse(Runtime.getRuntime().maxMemory() / PART_OF_HEAP));
    }

    /** A budget of {@code most} bytes. */
    Budget(long most) {
        this.most = most;
    }

    long most() {
        return most;
    }

    long used() {
        return used.get();
    }

    /** Reserves bytes; returns whether enough were left. */
    boolean take(long bytes) {
        if (used.addAndGet(bytes) > most) {
            used.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    /** The problem for a caller that gets nothing. */
    static Problem exhausted() {
        return Problem.busy(503, "the requests and outputs of all callers together fill the service's memory", SOON);
    }

    /** An empty share, held once. */
    Share share() {
        return new Share();
    }

    /** Bytes that are released together, by the last holder. */
    final class Share {

        private long bytes;
        private int holders = 1;

        private Share() {}

        /** Reserves more; returns whether enough were left. */
        synchronized boolean take(long more) {
            boolean taken = holders > 0 && Budget.this.take(more);
            bytes += taken ? more : 0;
            return taken;
        }

        /** Reserves more, or ends the request. */
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
