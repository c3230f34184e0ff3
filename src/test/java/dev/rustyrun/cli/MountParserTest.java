package dev.rustyrun.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.request.LaunchSpec;
import dev.rustyrun.request.Volume;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MountParserTest {

    @Test
    void the_short_and_the_long_form_mean_the_same() {
        Spec.Mount expected = new Spec.Mount("/t", "bind", "/s", List.of("rbind", "rro"));
        assertEquals(expected, MountParser.volume(Volume.of("/s:/t:ro")));
        assertEquals(expected, MountParser.mount("type=bind,source=/s,target=/t,ro"));
        assertEquals(expected, MountParser.mount("src=/s,dst=/t,readonly"));
    }

    @Test
    void a_tmpfs_has_no_devices_and_no_setuid_programs() {
        assertEquals(
                new Spec.Mount("/t", "tmpfs", "tmpfs", List.of("nosuid", "nodev", "size=1m")),
                LaunchSpec.tmpfs("/t:size=1m"));
        assertEquals(LaunchSpec.tmpfs("/t:size=1m"), MountParser.mount("type=tmpfs,target=/t,tmpfs-size=1m"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", ":", "a:", ":b", "a:b:c:d", "/a:/b:weird"})
    void a_broken_volume_is_refused(String text) {
        assertThrows(InvalidSpecException.class, () -> MountParser.volume(Volume.of(text)));
    }

    @Test
    void labels_of_selinux_are_refused_with_advice() {
        for (String text : List.of("/a:/b:z", "/a:/b:ro,Z")) {
            String message = assertThrows(InvalidSpecException.class, () -> MountParser.volume(Volume.of(text)))
                    .getMessage();
            assertTrue(message.endsWith("; leave it out: files get no SELinux labels"), message);
        }
    }

    @Test
    void a_name_without_a_file_here_is_reported_as_not_a_volume() {
        String message = assertThrows(InvalidSpecException.class, () -> MountParser.volume(Volume.of("cache:/x")))
                .getMessage();
        assertTrue(message.contains("named volumes") && message.contains("./cache"), message);
        assertEquals(
                Path.of("src").toAbsolutePath().toString(),
                MountParser.volume(Volume.of("src:/x")).source());
    }
}
