package dev.rustyrun.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfiguredIdsTest {

    private static IdPool pool(String set, Map<String, String> files) {
        return new ConfiguredIds(file -> files.getOrDefault(file, "")).pool(set);
    }

    private static String refusal(String set, Map<String, String> files) {
        return assertThrows(InvalidSpecException.class, () -> pool(set, files)).getMessage();
    }

    @Test
    void the_pool_is_the_setting_or_a_granted_range_or_an_unused_range() {
        Map<String, String> granted = Map.of(
                "/etc/subuid", "bob:100000:65536\nrustyrun:1000000:655360\n",
                "/etc/subgid", "rustyrun:1000000:655360\n");
        assertEquals(IdPool.parse("3000000:655360"), pool("3000000:655360", granted));
        assertEquals(IdPool.parse("1000000:655360"), pool("", granted));
        assertEquals(IdPool.DEFAULT, pool("", Map.of("/etc/passwd", "root:x:0:0::/root:/bin/sh\n#\n\n")));
    }

    @Test
    void ids_of_another_user_are_refused() {
        String other = "alice:100000:65536\nbob:2013300000:65536\n";
        assertEquals(
                "the id pool 2013265920:134086656 overlaps ids that /etc/subuid assigns to bob: set another pool with"
                        + " RUSTYRUN_USERNS_POOL=FIRST:COUNT",
                refusal("", Map.of("/etc/subuid", other)));
        assertEquals(
                "the id pool 131072:65536 overlaps ids that /etc/passwd assigns to carol: set another pool with"
                        + " RUSTYRUN_USERNS_POOL=FIRST:COUNT",
                refusal("131072:65536", Map.of("/etc/passwd", "carol:x:131072:100::/home:/bin/sh\n")));
        assertEquals(
                "/etc/subuid grants 1000000:65536 to rustyrun: /etc/subgid must grant it the same, in its first line",
                refusal("", Map.of("/etc/subuid", "rustyrun:1000000:65536\n")));
    }
}
