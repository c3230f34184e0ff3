package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Test;

class ShortageTest {

    private static final int EMFILE = 24;
    private static final int EAGAIN = 11;
    private static final int EPERM = 1;

    @Test
    void h23_too_few_descriptors_or_processes_are_503_and_the_service_is_not_ready_for_a_while() {
        for (int errno : new int[] {EMFILE, EAGAIN}) {
            Problem problem = Problems.of(LinuxException.of("open(\"/x\")", errno));
            assertEquals(503, problem.status());
            assertTrue(problem.response().getHeaders().containsKey("Retry-After"));
        }
        assertTrue(Shortage.recent().isPresent());
        assertEquals(
                503,
                Problems.of(new UncheckedIOException(new IOException("/x: Too many open files")))
                        .status());
    }

    @Test
    void another_refusal_of_the_kernel_is_500() {
        assertEquals(500, Problems.of(LinuxException.of("open(\"/x\")", EPERM)).status());
    }
}
