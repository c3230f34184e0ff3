package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetriesTest {

    @Test
    void a_failure_says_what_was_tried() {
        List<Duration> pauses = new ArrayList<>();
        Retries retries = new Retries(pauses::add, Progress.NONE);
        ImageException failed = assertThrows(
                ImageException.class,
                () -> retries.run("the login at localhost:1", " cannot be checked: ", RetriesTest::refuse));
        assertEquals("the login at localhost:1 cannot be checked: no answer", failed.getMessage());
        assertEquals(4, pauses.size());
    }

    private static String refuse() throws IOException {
        throw new IOException("no answer");
    }
}
