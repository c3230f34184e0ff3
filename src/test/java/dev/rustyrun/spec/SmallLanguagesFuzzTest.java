package dev.rustyrun.spec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.MountFlag;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

/** Mount options, id mappings and paths, with arbitrary text. */
class SmallLanguagesFuzzTest {

    private static final long LAST_ID = 0xFFFF_FFFEL;

    @Property(tries = 2000)
    void a_flag_is_never_both_set_and_cleared_and_what_is_unknown_is_kept_in_order(
            @ForAll("options") List<String> words) {
        MountOptions options = MountOptions.parse(words);
        assertEquals(0, options.flags() & options.clear());
        assertEquals(0, options.flagsBelow() & options.clearBelow());
        List<String> unknown = words.stream()
                .filter(word -> word.contains("=") || word.startsWith("x-"))
                .toList();
        assertEquals(String.join(",", unknown), options.data());
    }

    @Property(tries = 1000)
    void the_last_of_two_opposites_counts(@ForAll("options") List<String> words, @ForAll boolean readOnly) {
        List<String> more = new ArrayList<>(words);
        more.add(readOnly ? "ro" : "rw");
        MountOptions options = MountOptions.parse(more);
        assertEquals(readOnly, (options.flags() & MountFlag.MS_RDONLY.value()) != 0);
        assertEquals(!readOnly, (options.clear() & MountFlag.MS_RDONLY.value()) != 0);
    }

    @Property(tries = 300)
    void any_words_are_options(@ForAll List<String> words) {
        MountOptions.parse(words);
    }

    @Provide
    Arbitrary<List<String>> options() {
        return Arbitraries.of(
                        "ro",
                        "rw",
                        "nosuid",
                        "suid",
                        "nodev",
                        "dev",
                        "noexec",
                        "exec",
                        "noatime",
                        "atime",
                        "rro",
                        "rrw",
                        "rnosuid",
                        "rsuid",
                        "rnoexec",
                        "relatime",
                        "norelatime",
                        "strictatime",
                        "nostrictatime",
                        "bind",
                        "rbind",
                        "private",
                        "rslave",
                        "shared",
                        "idmap",
                        "ridmap",
                        "tmpcopyup",
                        "defaults",
                        "size=1m",
                        "mode=700",
                        "x-unknown",
                        "sync",
                        "async",
                        "nosymfollow",
                        "symfollow")
                .list()
                .ofMaxSize(8);
    }

    @Property(tries = 1000)
    void a_mapping_is_what_it_says(
            @ForAll @LongRange(min = 0, max = LAST_ID) long inside,
            @ForAll @LongRange(min = 0, max = LAST_ID) long outside,
            @ForAll @LongRange(min = 1, max = LAST_ID) long size) {
        String text = inside + ":" + outside + ":" + size;
        boolean fits = inside + size - 1 <= LAST_ID && outside + size - 1 <= LAST_ID;
        try {
            IdMapping mapping = IdMapping.parse("uid mapping", text);
            assertTrue(fits, text);
            assertEquals(text, mapping.toString());
            List<IdMapping> alone = List.of(mapping);
            assertTrue(IdMapping.covers(alone, inside) && IdMapping.covers(alone, inside + size - 1));
            assertTrue(!IdMapping.covers(alone, inside - 1) && !IdMapping.covers(alone, inside + size));
        } catch (InvalidSpecException e) {
            assertTrue(!fits, e.getMessage());
        }
    }

    @Property(tries = 2000)
    void any_text_is_a_mapping_or_refused(@ForAll("mappings") String text) {
        try {
            IdMapping mapping = IdMapping.parse("uid mapping", text);
            assertTrue(mapping.size() > 0 && mapping.containerId() >= 0 && mapping.hostId() >= 0, text);
        } catch (InvalidSpecException expected) {
            assertTrue(expected.getMessage().startsWith("uid mapping "), expected.getMessage());
        }
    }

    @Provide
    Arbitrary<String> mappings() {
        return Arbitraries.oneOf(
                Arbitraries.strings(),
                Arbitraries.strings().withChars("0123456789:-+ xà٣").ofMaxLength(30));
    }

    @Property(tries = 1000)
    void mappings_that_share_an_id_are_refused_and_others_are_not(
            @ForAll @LongRange(min = 0, max = 100) long first,
            @ForAll @LongRange(min = 1, max = 50) long firstSize,
            @ForAll @LongRange(min = 0, max = 100) long second,
            @ForAll @LongRange(min = 1, max = 50) long secondSize) {
        boolean overlap = first + firstSize > second && second + secondSize > first;
        List<IdMapping> inside =
                List.of(new IdMapping(first, 1000, firstSize), new IdMapping(second, 2000, secondSize));
        List<IdMapping> outside =
                List.of(new IdMapping(1000, first, firstSize), new IdMapping(2000, second, secondSize));
        for (List<IdMapping> mappings : List.of(inside, outside)) {
            boolean refused = false;
            try {
                IdMapping.check("uid mapping", mappings);
            } catch (InvalidSpecException e) {
                refused = true;
            }
            assertEquals(overlap, refused, mappings.toString());
        }
    }

    @Property(tries = 2000)
    void a_path_into_proc_is_one_however_it_is_written(@ForAll("proc") List<String> detours) {
        String path = detours.get(0) + "/proc" + detours.get(1) + "/sys" + detours.get(2);
        assertTrue(!ProcPaths.mayBeCovered(path), path);
        String file = detours.get(0) + "/proc" + detours.get(1) + "/meminfo" + detours.get(2);
        assertTrue(ProcPaths.mayBeCovered(file) && ProcPaths.isCoverable(file), file);
        String other = detours.get(0) + "/procs" + detours.get(1) + "/sys" + detours.get(2);
        assertTrue(ProcPaths.mayBeCovered(other) && !ProcPaths.isCoverable(other), other);
    }

    /** Path elements that lead back to the same directory. */
    @Provide
    Arbitrary<List<String>> proc() {
        return Arbitraries.of("", "/", "/.", "//", "/x/..", "/./y/./..", "/a/b/../..")
                .list()
                .ofSize(3);
    }
}
