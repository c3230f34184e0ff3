package dev.rustyrun.container.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "*, a, true",
        "*, .a, false",
        ".*, .a, true",
        "*.txt, a.txt, true",
        "*.txt, a.txt.gz, false",
        "a*b*c, aXbYc, true",
        "a*b*c, aXbY, false",
        "?, a, true",
        "?, ab, false",
        "**, abc, true",
        "a?c*, abcdef, true",
        "x, y, false"
    })
    void a_pattern_means_names(String pattern, String name, boolean meant) {
        assertEquals(meant, Glob.matches(pattern, name));
    }

    @Test
    void many_stars_take_no_longer_than_both_lengths_together_allow() {
        assertFalse(Glob.matches("*a".repeat(60) + "b", "a".repeat(255)));
    }

    @Test
    void a_path_has_names_and_does_not_climb() {
        assertEquals(Optional.of(List.of("work", "a")), ContainerPath.of("a", "/work"));
        assertEquals(Optional.of(List.of("a", "b")), ContainerPath.of("//a/./b", "/work"));
        for (String wrong : List.of("", "/", ".", "a/", "../a", "/a/../b", "a/..", "a\0b", "x".repeat(256))) {
            assertEquals(Optional.empty(), ContainerPath.of(wrong, "/work"), wrong);
        }
    }
}
