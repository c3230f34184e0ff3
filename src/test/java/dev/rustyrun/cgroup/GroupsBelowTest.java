package dev.rustyrun.cgroup;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GroupsBelowTest {

    @Test
    void without_an_argument_it_is_the_containers_own_group() {
        assertEquals("", GroupsBelow.NONE.in(List.of("memory")));
        assertEquals("", GroupsBelow.of(List.of()).in(List.of()));
        assertEquals("", GroupsBelow.of(List.of("/")).in(List.of("cpu")));
    }

    @Test
    void a_path_alone_is_for_every_hierarchy() {
        GroupsBelow groups = GroupsBelow.of(List.of("//a/./b/"));
        assertEquals("/a/b", groups.in(List.of("memory")));
        assertEquals("/a/b", groups.in(List.of()));
        assertEquals(Set.of(), groups.controllers());
    }

    @Test
    void controllers_have_their_own_and_the_others_what_is_for_all() {
        GroupsBelow groups = GroupsBelow.of(List.of("cpu,cpuacct:busy", "memory:/", "rest"));
        assertEquals("/busy", groups.in(List.of("cpu", "cpuacct")));
        assertEquals("", groups.in(List.of("memory")));
        assertEquals("/rest", groups.in(List.of("pids")));
        assertEquals(Set.of("cpu", "cpuacct", "memory"), groups.controllers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "a/../..", "memory:..", "cpu:/a/../../b", ":a", "cpu,,memory:a"})
    void a_path_that_leads_out_or_is_empty_is_refused(String word) {
        assertTrue(assertThrows(InvalidSpecException.class, () -> GroupsBelow.of(List.of(word)))
                .getMessage()
                .contains("--cgroup \"" + word + "\""));
    }

    @Test
    void two_for_the_same_are_refused() {
        assertThrows(InvalidSpecException.class, () -> GroupsBelow.of(List.of("a", "b")));
        assertThrows(InvalidSpecException.class, () -> GroupsBelow.of(List.of("cpu:a", "memory,cpu:b")));
    }
}
