package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** Counts the connection attempts and bytes of containers with allowed hosts. */
@Singleton
final class EgressMetrics {

    private final Counter allowed;
    private final Counter refused;
    private final Counter sent;
    private final Counter received;

    EgressMetrics(MeterRegistry registry) {
        allowed = attempts(registry, "true");
        refused = attempts(registry, "false");
        sent = bytes(registry, "sent");
        received = bytes(registry, "received");
    }

    private static Counter attempts(MeterRegistry registry, String allowed) {
        return Counter.builder("rustyrun.egress.attempts")
                .tag("allowed", allowed)
                .description("Finished connection attempts of containers through their egress proxy")
                .register(registry);
    }

    private static Counter bytes(MeterRegistry registry, String direction) {
        return Counter.builder("rustyrun.egress.bytes")
                .tag("direction", direction)
                .description("Bytes transferred through egress proxies of containers")
                .register(registry);
    }

    /** Counts an event line of a proxy. */
    void count(ObjectNode line) {
        switch (line.path("event").asText()) {
            case "egress" -> (line.path("allowed").asBoolean() ? allowed : refused).increment();
            case "egress-more" -> {
                allowed.increment(number(line, "allowed"));
                refused.increment(number(line, "refused"));
            }
            default -> {
                return;
            }
        }
        sent.increment(number(line, "sent"));
        received.increment(number(line, "received"));
    }

    /** Counters must not decrease, even if a proxy reports a negative number. */
    private static double number(ObjectNode line, String name) {
        return Math.max(0, line.path(name).asLong());
    }
}
