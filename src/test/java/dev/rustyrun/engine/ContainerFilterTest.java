package dev.rustyrun.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerFilterTest {

    private static final String CONTAINER = "{\"status\": \"running\", \"labels\": {\"job\": \"17\", \"empty\": \"\"},"
            + " \"annotations\": {\"team\": \"a=b\"}}";

    @ParameterizedTest
    @CsvSource({
        "running, job, true",
        "running, job=17, true",
        "running, job=1, false",
        "running, job=, false",
        "running, empty, true",
        "running, empty=, true",
        "running, team=a=b, true",
        "running, other, false",
        "exited, job, false"
    })
    void a_container_matches_by_status_and_labels(String status, String label, boolean matches) throws Exception {
        ContainerFilter filter = new ContainerFilter(Optional.of(status), List.of(label));
        assertEquals(matches, filter.matches(new ObjectMapper().readTree(CONTAINER)));
    }

    @Test
    void all_labels_have_to_match() throws Exception {
        ContainerFilter filter = new ContainerFilter(Optional.empty(), List.of("job=17", "other"));
        assertEquals(false, filter.matches(new ObjectMapper().readTree(CONTAINER)));
        assertEquals(true, ContainerFilter.NONE.matches(new ObjectMapper().readTree(CONTAINER)));
    }

    @Test
    void an_unknown_status_is_refused_with_those_that_exist() {
        ContainerFilter filter = new ContainerFilter(Optional.of("done"), List.of());
        assertEquals(
                "status must be one of created, running",
                assertThrows(
                                InvalidSpecException.class,
                                () -> filter.check(List.of(ContainerStatus.CREATED, ContainerStatus.RUNNING)))
                        .getMessage());
    }
}
