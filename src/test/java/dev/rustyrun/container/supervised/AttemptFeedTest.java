package dev.rustyrun.container.supervised;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A proxy's reports to its service, in pieces as a FIFO may deliver them. */
class AttemptFeedTest {

    private final List<String> heard = new ArrayList<>();
    private final AttemptFeed feed = new AttemptFeed(
            null, null, "", line -> heard.add(line.path("container").asText()));

    private static String line(String container) {
        return "{\"event\":\"egress\",\"container\":\"" + container + "\"}\n";
    }

    @Test
    void lines_are_read_however_they_are_split() {
        String all = line("one") + line("two") + line("three");
        for (int size = 1; size <= all.length(); size++) {
            heard.clear();
            for (int from = 0; from < all.length(); from += size) {
                feed.take(all.substring(from, Math.min(all.length(), from + size)));
            }
            assertEquals(List.of("one", "two", "three"), heard);
        }
    }

    @Test
    void lines_that_are_not_from_a_proxy_are_ignored() {
        feed.take("{\n[]\n\n7\n{\"container\":7}\n" + line("one") + "x".repeat(5000));
        feed.take("x".repeat(100_000));
        feed.take("\n" + line("two"));
        assertEquals(List.of("one", "two"), heard);
    }
}
