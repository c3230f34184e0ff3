package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CgroupPathTest {

    @ParameterizedTest
    @CsvSource({
        "'',web,/rustyrun/web",
        "/mine/web,x,/mine/web",
        "mine/web,x,/rustyrun/mine/web",
        "/a//./b/,x,/a/b",
        "/kubepods/pod:1:2,x,/kubepods/pod:1:2"
    })
    void a_path_is_absolute_relative_or_the_id(String path, String id, String expected) {
        assertEquals(expected, CgroupPath.of(path, id).value());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/../b", "..", "../x", "/", "//", "/.", "/a\nb"})
    void a_path_that_leads_elsewhere_is_refused(String path) {
        assertThrows(InvalidSpecException.class, () -> CgroupPath.of(path, "x"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", ".", "a/b", "../../x"})
    void an_id_leads_nowhere_else(String id) {
        assertThrows(InvalidSpecException.class, () -> CgroupPath.of("", id));
    }

    @Test
    void systemds_form_takes_systemd() {
        InvalidSpecException e =
                assertThrows(InvalidSpecException.class, () -> CgroupPath.of("system.slice:docker:f00", "x"));
        assertTrue(e.getMessage().contains("--systemd-cgroup"), e.getMessage());
    }

    @Test
    void written_values_are_read_back() {
        for (String written : List.of("/a/b.scope", "systemd:/a/b.scope")) {
            assertEquals(written, CgroupPath.read(written).written());
        }
        assertTrue(CgroupPath.read("systemd:/a/b.scope").ofSystemd());
        for (String wrong : List.of("", "/", "a", "systemd:", "systemd:a", "/a/../b", "/a//b", "systemd:/../b")) {
            assertThrows(InvalidSpecException.class, () -> CgroupPath.read(wrong), wrong);
        }
    }

    @Test
    void a_name_may_not_be_too_long() {
        assertThrows(InvalidSpecException.class, () -> CgroupPath.of("/" + "x".repeat(256), "x"));
    }
}
