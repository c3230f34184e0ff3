package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rustyrun.cgroup.PerCpu;
import dev.rustyrun.cgroup.Statistics;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The format of {@code runc events --stats}. */
class StatisticsJsonTest {

    private static JsonNode usage(PerCpu each) throws IOException {
        Statistics used = new Statistics(-1, -1, -1, -1, 3, 2, 1, each, -1, -1, -1, -1, -1, -1, -1, -1);
        return new ObjectMapper()
                .readTree(StatisticsJson.write("box", used))
                .path("data")
                .path("cpu")
                .path("usage");
    }

    @Test
    void the_time_on_each_processor_has_the_names_of_runc() throws IOException {
        JsonNode usage = usage(new PerCpu(List.of(10L, 20L), List.of(1L, 2L), List.of(9L, 18L)));
        assertEquals("[10,20]", usage.path("percpu").toString());
        assertEquals("[1,2]", usage.path("percpu_kernel").toString());
        assertEquals("[9,18]", usage.path("percpu_user").toString());
    }

    @Test
    void a_kernel_that_does_not_count_it_gives_no_list() throws IOException {
        assertFalse(usage(new PerCpu(List.of(), List.of(), List.of())).has("percpu"));
    }
}
