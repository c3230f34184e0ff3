package dev.rustyrun.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attempts are logged up to a rate that a person can read; beyond it they are only counted. */
class AttemptLogTest {

    private static final EgressAttempt ALLOWED = new EgressAttempt("a.example.org", 443, "203.0.113.1", "", 10, 20);
    private static final EgressAttempt REFUSED = new EgressAttempt("b.example.org", 443, "", "not allowed", 0, 0);

    private final List<String> lines = new ArrayList<>();
    private final List<String> sent = new ArrayList<>();
    private final List<Integer> closed = new ArrayList<>();
    private boolean full;
    private boolean gone;
    private long nanos;

    private final AttemptLog log = new AttemptLog(
            "box",
            line -> !full && lines.add(line),
            new AttemptLog.Followers() {
                @Override
                public boolean send(int connection, String line) {
                    sent.add(connection + " " + line);
                    return !gone;
                }

                @Override
                public void close(int connection) {
                    closed.add(connection);
                }
            },
            () -> nanos);

    @Test
    void the_failure_of_a_proxy_is_one_line_that_says_what_to_do() {
        assertEquals(
                "{\"event\":\"egress-failed\",\"container\":\"box\",\"reason\":\"no socket\"}\n",
                AttemptLog.failure("box", new IllegalStateException("no socket")));
        String full = AttemptLog.failure("box", new OutOfMemoryError("unable to create native thread"));
        assertTrue(full.contains("raise the limit of memory or processes"), full);
        assertEquals(full.length() - 1, full.indexOf('\n'), full);
    }

    @Test
    void each_attempt_is_a_line() {
        log.report(ALLOWED);
        log.report(REFUSED);
        assertEquals(List.of(ALLOWED.line("box"), REFUSED.line("box")), lines);
    }

    @Test
    void attempts_beyond_a_rate_are_counted_and_reported_with_the_next_line() {
        for (int i = 0; i < AttemptLog.BURST + 7; i++) {
            log.report(i % 2 == 0 ? ALLOWED : REFUSED);
        }
        assertEquals(AttemptLog.BURST, lines.size());
        nanos += 1_000_000_000L;
        log.report(ALLOWED);
        assertEquals(
                List.of(
                        "{\"event\":\"egress-more\",\"container\":\"box\",\"allowed\":4,\"refused\":3,\"sent\":40,"
                                + "\"received\":80}\n",
                        ALLOWED.line("box")),
                lines.subList(AttemptLog.BURST, lines.size()));
        for (int i = 0; i < 10 * AttemptLog.PER_SECOND; i++) {
            log.report(REFUSED);
        }
        assertTrue(lines.size() <= AttemptLog.BURST + 2 + AttemptLog.PER_SECOND, "more lines than the rate allows");
    }

    @Test
    void unread_attempts_are_counted_at_the_end() {
        full = true;
        log.report(ALLOWED);
        log.report(REFUSED);
        full = false;
        log.end();
        log.end();
        assertEquals(
                List.of("{\"event\":\"egress-more\",\"container\":\"box\",\"allowed\":1,\"refused\":1,\"sent\":10,"
                        + "\"received\":20}\n"),
                lines);
    }

    @Test
    void followers_get_each_line_until_they_disconnect_and_their_number_is_limited() {
        for (int i = 0; i <= AttemptLog.MAX_FOLLOWERS; i++) {
            log.follow(i);
        }
        assertEquals(List.of(0), closed);
        log.reportPolicy(List.of("a.example.org", "\""));
        assertEquals(AttemptLog.MAX_FOLLOWERS, sent.size());
        assertEquals(
                "1 {\"event\":\"policy\",\"container\":\"box\",\"allow\":[\"a.example.org\",\"\\\"\"]}\n", sent.get(0));
        gone = true;
        log.report(ALLOWED);
        log.report(ALLOWED);
        assertEquals(2 * AttemptLog.MAX_FOLLOWERS, sent.size());
        assertEquals(AttemptLog.MAX_FOLLOWERS + 1, closed.size());
    }
}
