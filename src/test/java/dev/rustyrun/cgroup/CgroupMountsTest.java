package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CgroupMountsTest {

    @Test
    void octal_escapes_are_undone() {
        CgroupMount mount = CgroupMounts.parse("5 4 0:1 /a\\134b /mnt/two\\040words rw - cgroup2 x\\040y rw\n").get(0);
        assertEquals("/mnt/two words", mount.mountPoint());
        assertEquals("/a\\b", mount.root());
        assertEquals("/caf\u00e9 x", CgroupMounts.unescape("/caf\u00e9\\040x"));
        assertEquals("\\", CgroupMounts.unescape("\\"));
        assertEquals("\\89", CgroupMounts.unescape("\\89"));
    }

    @Property
    void what_the_kernel_escapes_is_read_back(@ForAll String path) {
        String escaped = path.replace("\\", "\\134").replace(" ", "\\040").replace("\n", "\\012").replace("\t", "\\011");
        String wellFormed = new String(path.getBytes(java.nio.charset.StandardCharsets.UTF_8),
                java.nio.charset.StandardCharsets.UTF_8);
        if (wellFormed.equals(path)) {
            assertEquals(path, CgroupMounts.unescape(escaped));
        }
    }

    @Provide
    Arbitrary<String> almostMountinfo() {
        return Arbitraries.of(" ", "-", " - ", "\n", "cgroup", "cgroup2 ", "rw,memory", "/", "\\04", "\\040", "12", "99999999999",
                "shared:1", ",", "ro").list().ofMaxSize(40).map(words -> String.join("", words));
    }

    @Property
    void no_text_makes_it_fail(@ForAll @From("almostMountinfo") String text) {
        assertNotNull(CgroupLayout.of(CgroupMounts.parse(text), text, text).toString());
    }
}
