package dev.rustyrun.network;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Tells of a container's attempts, a line of JSON each. A container can make very many: those beyond {@link #BURST} at once and
 * {@link #PER_SECOND} after that, and those for which there is no room, are only counted, and the next line tells how many there
 * were. Safe for use by several threads.
 */
final class AttemptLog {

    static final int BURST = 200;
    static final int PER_SECOND = 20;
    static final int MAX_FOLLOWERS = 8;

    private static final long NANOS = 1_000_000_000L;

    /** Where lines go. */
    interface Output {
        /** Writes all of {@code line}, or nothing; whether it has. */
        boolean write(String line);
    }

    /** Who follows, by a connection. */
    interface Followers {
        /** Sends {@code line} if there is room for it; whether the other side is there. */
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
    private Untold untold = Untold.NONE;

    /** Attempts of which no line tells. */
    private record Untold(long allowed, long refused, long sent, long received) {
        static final Untold NONE = new Untold(0, 0, 0, 0);

        Untold with(EgressAttempt attempt) {
            return new Untold(
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

    /** Tells of an attempt that is over. */
    synchronized void tell(EgressAttempt attempt) {
        long now = nanos.getAsLong();
        available = Math.min(BURST * NANOS, available + Math.min(now - counted, BURST * NANOS) * PER_SECOND);
        counted = now;
        String line = attempt.line(container);
        if (available >= NANOS && tellUntold() && write(line)) {
            available -= NANOS;
        } else {
            untold = untold.with(attempt);
        }
    }

    /** Tells that the container may reach these hosts from now on. */
    synchronized void tellPolicy(List<String> hosts) {
        write("{\"event\":\"policy\",\"container\":" + EgressAttempt.quoted(container) + ",\"allow\":["
                + String.join(",", hosts.stream().map(EgressAttempt::quoted).toList()) + "]}\n");
    }

    /** Tells of what it has not told of yet. */
    synchronized void end() {
        tellUntold();
    }

    /** Sends all lines to this connection too, until it is closed at the other side. */
    synchronized void follow(int connection) {
        if (following.size() == MAX_FOLLOWERS) {
            followers.close(following.removeFirst());
        }
        following.addLast(connection);
    }

    private boolean tellUntold() {
        if (untold.equals(Untold.NONE)) {
            return true;
        }
        boolean told = write("{\"event\":\"egress-more\",\"container\":" + EgressAttempt.quoted(container)
                + ",\"allowed\":" + untold.allowed + ",\"refused\":" + untold.refused + ",\"sent\":" + untold.sent
                + ",\"received\":" + untold.received + "}\n");
        if (told) {
            untold = Untold.NONE;
        }
        return told;
    }

    private boolean write(String line) {
        if (!output.write(line)) {
            return false;
        }
        following.removeIf(connection -> {
            boolean gone = !followers.send(connection, line);
            if (gone) {
                followers.close(connection);
            }
            return gone;
        });
        return true;
    }
}
