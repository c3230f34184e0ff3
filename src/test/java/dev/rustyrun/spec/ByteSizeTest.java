package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ByteSizeTest {

    @ParameterizedTest
    @CsvSource({"0, 0", "1000, 1000", "1024, 1k", "65536, 64k", "107374182400, 100g", "1048577, 1048577", "-1, -1"})
    void a_size_is_written_in_the_largest_unit_that_is_exact(long bytes, String text) {
        assertEquals(text, ByteSize.text(bytes));
        if (bytes >= 0) {
            assertEquals(Optional.of(bytes), ByteSize.parse(text));
        }
    }
}
