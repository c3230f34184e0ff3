package dev.rustyrun.engine.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rustyrun.request.FieldException;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operator's settings for files on disk. */
class LimitsTest {

    private static ServeConfig config(String... settings) {
        Map<String, String> all = new java.util.HashMap<>();
        for (String setting : settings) {
            all.put("rustyrun." + setting.replaceFirst("=.*", ""), setting.replaceFirst(".*=", ""));
        }
        return Configured.with(Path.of("/"), all);
    }

    private static Optional<Long> size(String asked, String... settings) {
        LaunchRequest request = new LaunchRequest();
        String field = asked.isEmpty() ? "" : ", \"storageSize\": \"" + asked + "\"";
        RequestJson.read(("{\"image\": \"a\"" + field + "}").getBytes(StandardCharsets.UTF_8), request);
        return new Limits(config(settings)).policy().onDisk(request).storageSize();
    }

    @Test
    void only_requested_limits_are_set() {
        assertEquals(Optional.empty(), size(""));
        assertEquals(Optional.of(1L << 40), size("1024g"));
    }

    @Test
    void without_a_default_the_maximum_is_the_default() {
        assertEquals(Optional.of(8L << 20), size("", "storage.max=8m"));
        assertThrows(FieldException.class, () -> size("9m", "storage.max=8m"));
    }

    @Test
    void without_a_maximum_a_request_may_have_more_than_the_default() {
        assertEquals(Optional.of(8L << 20), size("", "storage.default=8m"));
        assertEquals(Optional.of(9L << 20), size("9m", "storage.default=8m"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "storage.max=8m | rustyrun.storage.max limits files on disk: also set rustyrun.keep-files=true",
                "storage.default=8m | rustyrun.storage.default limits files on disk: also set rustyrun.keep-files=true",
                "storage.max=1k | rustyrun.storage.max=1k must be at least 64k",
                "storage.default=9m storage.max=8m | rustyrun.storage.default=9437184 must be greater than 0,"
                        + " and at most rustyrun.storage.max=8388608"
            })
    void settings_that_cannot_work_are_refused_at_the_start(String settings, String line) {
        InvalidSpecException refused =
                assertThrows(InvalidSpecException.class, () -> StartCheck.check(config(settings.split(" "))));
        assertEquals(line, refused.getMessage());
    }

    @Test
    void valid_settings_are_accepted() {
        StartCheck.check(config("storage.default=8m", "storage.max=8m", "keep-files=true"));
    }
}
