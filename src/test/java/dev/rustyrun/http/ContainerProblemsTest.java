package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerException.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ContainerProblemsTest {

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, 404, not-found, 0",
        "CONFLICT, 409, conflict, 0",
        "BUSY, 503, unavailable, 1",
        "NO_IDS, 503, unavailable, 1",
        "INVALID, 422, invalid-field, 0",
        "INVALID_ARCHIVE, 422, invalid-archive, 0",
        "COMPRESSED, 415, unsupported-media-type, 0",
        "TOO_LARGE, 413, content-too-large, 0",
        "NO_ROOM, 507, no-room, 0",
        "NEEDS_NATIVE, 501, needs-native, 0"
    })
    void each_kind_of_failure_has_one_status_and_one_problem(Kind kind, int status, String type, int retryAfter) {
        Problem problem = Problems.of(
                kind == Kind.INVALID
                        ? ContainerException.invalid("signal", "why")
                        : new ContainerException(kind, "why"));
        assertEquals(status, problem.status());
        assertEquals(type, problem.type());
        assertEquals(retryAfter, problem.retryAfterSeconds());
        assertEquals("why", problem.detail());
        assertEquals(kind == Kind.INVALID ? "/signal" : "", problem.field());
    }
}
