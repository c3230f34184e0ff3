package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.rustyrun.linux.LinuxException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostFailureTest {

    @ParameterizedTest
    @CsvSource({
        "1, KERNEL",
        "11, SHORTAGE",
        "12, SHORTAGE",
        "23, SHORTAGE",
        "24, SHORTAGE",
        "28, FULL",
        "30, READ_ONLY",
        "122, FULL"
    })
    void a_call_that_failed_has_a_kind_by_its_errno(int errno, HostFailure.Kind kind) {
        LinuxException refused = LinuxException.of("open(\"/EMFILE\")", errno);
        assertEquals(Optional.of(new HostFailure(kind, refused.getMessage())), HostFailure.of(refused));
    }

    @ParameterizedTest
    @CsvSource({
        "/x: Too many open files, SHORTAGE",
        "/x: Read-only file system, SHORTAGE",
        "/x: No space left on device, FULL",
        "/x: Disk quota exceeded, FULL"
    })
    void a_file_operation_of_java_that_failed_has_a_kind_by_its_text(String message, HostFailure.Kind kind) {
        assertEquals(
                Optional.of(new HostFailure(kind, message)),
                HostFailure.of(new UncheckedIOException(new IOException(message))));
    }

    @Test
    void another_exception_is_not_a_failure_of_the_host() {
        assertEquals(Optional.empty(), HostFailure.of(new IllegalStateException("ENOMEM")));
        assertEquals(Optional.empty(), HostFailure.of(new UncheckedIOException(new IOException("no such file"))));
    }
}
