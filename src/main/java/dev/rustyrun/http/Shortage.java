package dev.rustyrun.http;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A shortage of resources on this machine: descriptors, processes, memory, writable cgroups. The request is not the
 * cause, and another service, or this one later, may succeed: the response is 503, and the service is not ready for a
 * while.
 */
public final class Shortage {

    private static final int SOON = 5;
    private static final long SECONDS = 10;

    private static final AtomicReference<Shortage> LAST = new AtomicReference<>();

    private final String detail;
    private final long since = System.nanoTime();

    private Shortage(String detail) {
        this.detail = detail;
    }

    /** Records a shortage; returns the problem for the failed request. */
    static Problem noted(String detail) {
        LAST.set(new Shortage(detail));
        return Problem.busy(503, "this machine lacks resources at the moment: " + detail, SOON);
    }

    /** The last shortage, if it is recent. */
    public static Optional<String> recent() {
        return Optional.ofNullable(LAST.get())
                .filter(last -> System.nanoTime() - last.since < SECONDS * 1_000_000_000L)
                .map(last -> last.detail);
    }
}
