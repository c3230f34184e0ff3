package dev.rustyrun.step;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class InsideRootfsTest {

    @Test
    void names_and_parents_of_paths() {
        assertEquals("/", InsideRootfs.parentOf("/a"));
        assertEquals("/a", InsideRootfs.parentOf("/a/b"));
        assertEquals("/a", InsideRootfs.parentOf("/a/b/"));
        assertEquals("b", InsideRootfs.nameOf("/a/b/"));
        assertEquals("a", InsideRootfs.nameOf("/a"));
    }
}
