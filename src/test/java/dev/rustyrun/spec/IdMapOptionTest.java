package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class IdMapOptionTest {

    private static final LinuxSpec LINUX = new SpecBuilder("/r", List.of("true"))
            .build()
            .linux()
            .copy()
            .uidMappings(List.of(new IdMapping(0, 0, 1), new IdMapping(1, 2, 1000)))
            .gidMappings(List.of(new IdMapping(0, 5000, 10)))
            .build();

    private static Spec.Mount applied(String option) {
        return IdMapOption.applied(new Spec.Mount("/data", "bind", "/srv", List.of("rbind", option, "ro")), LINUX);
    }

    @Test
    void C16_each_range_is_a_mapping_and_one_with_an_at_is_of_the_containers_ids() {
        Spec.Mount mount = applied("idmap=uids=0-1-10#10-11-10;gids=0-100-10");
        assertEquals(List.of("rbind", "idmap", "ro"), mount.options());
        assertEquals(List.of(new IdMapping(0, 1, 10), new IdMapping(10, 11, 10)), mount.uidMappings());
        assertEquals(List.of(new IdMapping(0, 100, 10)), mount.gidMappings());
        Spec.Mount relative = applied("ridmap=uids=@1-3-10;gids=@0-4-2");
        assertEquals(List.of("rbind", "ridmap", "ro"), relative.options());
        assertEquals(List.of(new IdMapping(1, 4, 10)), relative.uidMappings());
        assertEquals(List.of(new IdMapping(0, 5004, 2)), relative.gidMappings());
    }

    @Test
    void C16_an_invalid_mapping_is_named() {
        for (String option : List.of("idmap=", "idmap=users=0-1-2", "idmap=uids=0-1-x", "idmap=uids=@1-9999-1")) {
            String message = assertThrows(InvalidSpecException.class, () -> applied(option))
                    .getMessage();
            assertTrue(message.startsWith("mount on /data: " + option), message);
        }
    }
}
