package dev.rustyrun.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Reports a container's attempts to reach hosts, one line of JSON each. Because a container can make very many, the log
 * is rate-limited: attempts beyond {@link #BURST} at once and {@link #PER_SECOND} after that, and attempts whose line
 * cannot be written, are only counted, and a later line reports their number. Safe for use by several threads.
 */
final class AttemptLog {

    static final int BURST = 200;
    static final int PER_SECOND = 20;
    static final int MAX_FOLLOWERS = 8;

    private static final long NANOS = 1_000_000_000L;

    /** The destination of the lines. */
    interface Output {
        /** Writes all of {@code line} or nothing; returns whether it was written. */
        boolean write(String line);
    }

    /** Connections that receive a copy of each line. */
    interface Followers {
        /**
         * Sends {@code line} unless the connection's buffer is full; false if the other side has closed the connection.
         */
        boolean send(int connection, String line);

        void close(int connection);
    }

    private final String container;
    private final Output output;
    private final Followers followers;
    private final LongSupplier nanos;
    private final Deque<Integer> following = new ArrayDeque<>();
    private long available = BURST * NANOS;
    private long counted;
    private Unreported unreported = Unreported.NONE;

    /** The number of attempts that were not reported by a line, and their bytes. */
    private record Unreported(long allowed, long refused, long sent, long received) {
        static final Unreported NONE = new Unreported(0, 0, 0, 0);

        Unreported with(EgressAttempt attempt) {
            return new Unreported(
                    allowed + (attempt.isAllowed() ? 1 : 0),
                    refused + (attempt.isAllowed() ? 0 : 1),
                    sent + attempt.sent(),
                    received + attempt.received());
        }
    }

    AttemptLog(String container, Output output, Followers followers, LongSupplier nanos) {
        this.container = container;
        this.output = output;
        this.followers = followers;
        this.nanos = nanos;
        this.counted = nanos.getAsLong();
    }

    /** Reports a finished attempt. */
    synchronized void report(EgressAttempt attempt) {
        long now = nanos.getAsLong();
        available = Math.min(BURST * NANOS, available + Math.min(now - counted, BURST * NANOS) * PER_SECOND);
        counted = now;
        String line = attempt.line(container);
        if (available >= NANOS && reportUnreported() && write(line)) {
            available -= NANOS;
        } else {
            unreported = unreported.with(attempt);
        }
    }

    /** Reports a new list of allowed hosts. */
    synchronized void reportPolicy(List<String> hosts) {
        write("{\"event\":\"policy\",\"container\":" + EgressAttempt.quoted(container) + ",\"allow\":["
                + String.join(",", hosts.stream().map(EgressAttempt::quoted).toList()) + "]}\n");
    }

    /** The line that reports why the proxy of {@code container} cannot start, or ends before its container. */
    static String failure(String container, Throwable cause) {
        String reason = cause instanceof OutOfMemoryError
                ? "no memory, or no more threads: raise the limit of memory or processes of the program that"
                        + " started the container"
                : String.valueOf(cause.getMessage());
        return "{\"event\":\"egress-failed\",\"container\":" + EgressAttempt.quoted(container) + ",\"reason\":"
                + EgressAttempt.quoted(reason) + "}\n";
    }

    /** Reports the remaining number of unreported attempts. */
    synchronized void end() {
        reportUnreported();
    }

    /** Sends a copy of all lines to this connection, until the other side closes it. */
    synchronized void follow(int connection) {
        if (following.size() == MAX_FOLLOWERS) {
            followers.close(following.removeFirst());
        }
        following.addLast(connection);
    }

    private boolean reportUnreported() {
        if (unreported.equals(Unreported.NONE)) {
            return true;
        }
        boolean written = write("{\"event\":\"egress-more\",\"container\":" + EgressAttempt.quoted(container)
                + ",\"allowed\":" + unreported.allowed + ",\"refused\":" + unreported.refused + ",\"sent\":"
                + unreported.sent
                + ",\"received\":" + unreported.received + "}\n");
        if (written) {
            unreported = Unreported.NONE;
        }
        return written;
    }

    private boolean write(String line) {
        if (!output.write(line)) {
            return false;
        }
        following.removeIf(connection -> {
            boolean closed = !followers.send(connection, line);
            if (closed) {
                followers.close(connection);
            }
            return closed;
        });
        return true;
    }
}
