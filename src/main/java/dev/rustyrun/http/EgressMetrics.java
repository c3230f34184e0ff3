package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.inject.Singleton;

/** Counts what containers with allowed hosts try to reach, and how much goes there and back. */
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
                .description("Attempts of containers to reach a host through their proxy, when they are over")
                .register(registry);
    }

    private static Counter bytes(MeterRegistry registry, String direction) {
        return Counter.builder("rustyrun.egress.bytes")
                .tag("direction", direction)
                .description("Bytes that went through proxies of containers")
                .register(registry);
    }

    /** Counts a line of a proxy. */
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

    /** A counter never falls, whatever a proxy says. */
    private static double number(ObjectNode line, String name) {
        return Math.max(0, line.path(name).asLong());
    }
}
