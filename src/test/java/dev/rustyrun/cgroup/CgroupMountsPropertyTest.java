package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import dev.rustyrun.linux.MountInfo;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Properties that hold for any text, even if no kernel wrote it. */
class CgroupMountsPropertyTest {

    @Property
    void paths_that_the_kernel_escapes_are_read_back(@ForAll String path) {
        String escaped = path.replace("\\", "\\134")
                .replace(" ", "\\040")
                .replace("\n", "\\012")
                .replace("\t", "\\011");
        String wellFormed = new String(
                path.getBytes(java.nio.charset.StandardCharsets.UTF_8), java.nio.charset.StandardCharsets.UTF_8);
        if (wellFormed.equals(path)) {
            assertEquals(path, MountInfo.unescape(escaped));
        }
    }

    @Provide
    Arbitrary<String> almostMountinfo() {
        return Arbitraries.of(
                        " ",
                        "-",
                        " - ",
                        "\n",
                        "cgroup",
                        "cgroup2 ",
                        "rw,memory",
                        "/",
                        "\\04",
                        "\\040",
                        "12",
                        "99999999999",
                        "shared:1",
                        ",",
                        "ro")
                .list()
                .ofMaxSize(40)
                .map(words -> String.join("", words));
    }

    @Property
    void no_text_makes_it_fail(@ForAll @From("almostMountinfo") String text) {
        assertNotNull(CgroupLayout.of(CgroupMounts.parse(text), text, text).toString());
    }
}
