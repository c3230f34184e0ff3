package dev.rustyrun.http;

import dev.rustyrun.request.ByteSize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes all callers together may have in the service's memory: requests, outputs, kept answers, pieces on the way. A
 * third of the heap; the rest is for work on them. Safe for use by several threads.
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

    /** One of {@code most} bytes. */
    Budget(long most) {
        this.most = most;
    }

    long most() {
        return most;
    }

    long used() {
        return used.get();
    }

    /** Takes so many bytes; whether they are there. */
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

    /** What is told to who gets nothing. */
    static Problem exhausted() {
        return Problem.busy(503, "the requests and outputs of all callers together fill the service's memory", SOON);
    }

    /** A share of nothing yet, held once. */
    Share share() {
        return new Share();
    }

    /** What belongs together and is given back together, by the last of those who hold it. */
    final class Share {

        private long bytes;
        private int holders = 1;

        private Share() {}

        /** Takes more; whether it is there. */
        synchronized boolean take(long more) {
            boolean taken = holders > 0 && Budget.this.take(more);
            bytes += taken ? more : 0;
            return taken;
        }

        /** Takes more, or ends the request. */
        void demand(long more) {
            if (!take(more)) {
                throw exhausted().exception();
            }
        }

        synchronized long bytes() {
            return bytes;
        }

        /** One more holds it. */
        synchronized void hold() {
            holders++;
        }

        /** One holds it no longer. */
        synchronized void release() {
            holders--;
            if (holders == 0) {
                giveBack(bytes);
                bytes = 0;
            }
        }
    }
}
