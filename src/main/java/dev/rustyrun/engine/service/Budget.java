package dev.rustyrun.engine.service;

import dev.rustyrun.container.served.Memory;
import dev.rustyrun.spec.ByteSize;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all clients together may use in the service: requests, outputs, stored answers, data in transit. A
 * third of the heap; the rest is for processing. Thread-safe.
 */
@Singleton
public final class Budget implements Memory {

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
    public Budget(long max) {
        this.max = max;
    }

    public long max() {
        return max;
    }

    long used() {
        return used.get();
    }

    /** Reserves bytes; returns false if too few are left. */
    @Override
    public boolean take(long bytes) {
        if (used.addAndGet(bytes) > max) {
            used.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    @Override
    public void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    /** The exception for a client that gets no memory. */
    public static RefusedException exhausted() {
        return RefusedException.unavailable("the service has no memory left for requests and outputs", SOON);
    }

    /** Creates an empty share with one holder. */
    public Share share() {
        return new Share();
    }

    /** Bytes that are released together by the last holder. */
    public final class Share {

        private long bytes;
        private int holders = 1;

        private Share() {}

        /** Reserves more bytes; returns false if too few are left. */
        public synchronized boolean take(long more) {
            boolean taken = holders > 0 && Budget.this.take(more);
            bytes += taken ? more : 0;
            return taken;
        }

        /** Reserves more bytes, or fails the request. */
        void demand(long more) {
            if (!take(more)) {
                throw exhausted();
            }
        }

        public synchronized long bytes() {
            return bytes;
        }

        /** Adds a holder. */
        public synchronized void hold() {
            holders++;
        }

        /** Removes a holder. */
        public synchronized void release() {
            holders--;
            if (holders == 0) {
                giveBack(bytes);
                bytes = 0;
            }
        }
    }
}
