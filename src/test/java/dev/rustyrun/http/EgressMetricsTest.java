package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The metrics of attempts to reach hosts. */
class EgressMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final EgressMetrics metrics = new EgressMetrics(registry);

    private void count(String json) throws IOException {
        metrics.count((ObjectNode) new ObjectMapper().readTree(json));
    }

    private double attempts(String allowed) {
        return registry.get("rustyrun.egress.attempts")
                .tag("allowed", allowed)
                .counter()
                .count();
    }

    private double bytes(String direction) {
        return registry.get("rustyrun.egress.bytes")
                .tag("direction", direction)
                .counter()
                .count();
    }

    @Test
    void attempts_and_bytes_are_counted_and_no_host_is_a_label() throws IOException {
        count("{\"event\":\"egress\",\"host\":\"a\",\"allowed\":true,\"sent\":3,\"received\":5}");
        count("{\"event\":\"egress\",\"host\":\"b\",\"allowed\":false,\"sent\":0,\"received\":0}");
        count("{\"event\":\"egress-more\",\"allowed\":2,\"refused\":4,\"sent\":10,\"received\":-20}");
        count("{\"event\":\"policy\",\"allow\":[],\"sent\":10}");
        assertEquals(3, attempts("true"));
        assertEquals(5, attempts("false"));
        assertEquals(13, bytes("sent"));
        assertEquals(5, bytes("received"));
        assertEquals(4, registry.getMeters().size());
    }
}
