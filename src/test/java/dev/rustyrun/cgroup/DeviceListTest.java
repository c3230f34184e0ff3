package dev.rustyrun.cgroup;

import static dev.rustyrun.spec.DeviceRule.ANY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.DeviceRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The lines written to the device controller of cgroup v1. */
class DeviceListTest {

    private static DeviceRule allow(long major, long minor, String access) {
        return new DeviceRule(true, DeviceRule.Type.CHARACTER, major, minor, access);
    }

    private static DeviceRule deny(long major, long minor, String access) {
        return new DeviceRule(false, DeviceRule.Type.CHARACTER, major, minor, access);
    }

    @Test
    void the_defaults_are_exceptions_from_denying_all() {
        DeviceList list = DeviceList.of(DeviceRule.withDefaults(List.of()));
        assertFalse(list.allowed());
        assertEquals(
                List.of(
                        "c *:* m",
                        "b *:* m",
                        "c 1:3 rwm",
                        "c 1:5 rwm",
                        "c 1:7 rwm",
                        "c 1:8 rwm",
                        "c 1:9 rwm",
                        "c 5:0 rwm",
                        "c 5:2 rwm",
                        "c 136:* rwm"),
                list.exceptions());
    }

    @Test
    void a_rule_about_all_forgets_those_before() {
        DeviceList list = DeviceList.of(List.of(
                allow(1, 3, "r"), new DeviceRule(true, DeviceRule.Type.ALL, ANY, ANY, "rwm"), deny(1, 1, "rw")));
        assertTrue(list.allowed());
        assertEquals(List.of("c 1:1 rw"), list.exceptions());
    }

    @Test
    void a_denial_takes_back_what_was_allowed_of_the_same_or_narrower() {
        assertEquals(
                List.of("c 1:3 rm"),
                DeviceList.of(List.of(allow(1, 3, "rwm"), deny(1, 3, "w"))).exceptions());
        assertEquals(
                List.of("c 2:3 r"),
                DeviceList.of(List.of(allow(1, 3, "r"), allow(2, 3, "r"), allow(1, 4, "rw"), deny(1, ANY, "rwm")))
                        .exceptions());
        assertEquals(
                List.of("c 1:3 rw"),
                DeviceList.of(List.of(allow(1, 3, "r"), allow(1, 3, "w"))).exceptions());
    }

    @Test
    void settings_that_v1_would_ignore_are_refused() {
        CgroupException e = assertThrows(
                CgroupException.class, () -> DeviceList.of(List.of(allow(136, ANY, "rwm"), deny(136, 0, "w"))));
        assertEquals(
                "device rule \"deny c 136:0 w\" takes back a part of the earlier \"allow c 136:* rwm\", which cgroup v1"
                        + " cannot express; name the devices one by one",
                e.getMessage());
        assertEquals(
                1,
                DeviceList.of(List.of(allow(136, ANY, "r"), deny(136, 0, "w")))
                        .exceptions()
                        .size(),
                "nothing is taken back here");
    }

    @Test
    void a_rule_about_both_types_is_two() {
        DeviceRule both = new DeviceRule(true, DeviceRule.Type.ALL, ANY, ANY, "m");
        assertEquals(List.of("b *:* m", "c *:* m"), DeviceList.of(List.of(both)).exceptions());
    }
}
