package dev.rustyrun.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Machine;
import dev.rustyrun.spec.Seccomp;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** For any file, the reader gives a profile or one line that says what is wrong. */
class SeccompJsonFuzzTest {

    private static final Machine MACHINE = new Machine(Seccomp.Arch.X86_64, "6.1.0");
    private static final String GOOD = """
            {"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 1,
             "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
             "flags": ["SECCOMP_FILTER_FLAG_LOG"], "listenerPath": "/run/a", "listenerMetadata": "b",
             "syscalls": [{"names": ["read", "open"], "action": "SCMP_ACT_ALLOW", "comment": "",
               "args": [{"index": 0, "value": 2080505856, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}],
               "includes": {"caps": ["CAP_KILL"], "minKernel": "4.8"}, "excludes": {"arches": ["arm64"]}},
              {"name": "mount", "action": "SCMP_ACT_NOTIFY"}, {"name": "sendmsg", "action": "SCMP_ACT_ALLOW"}]}
            """;
    private static final List<String> WORDS = List.of(
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "null",
            "true",
            "-1",
            "1e999",
            "0.5",
            "99999999999999999999999",
            "\"\"",
            "\"SCMP_ACT_ERRNO\"",
            "\"a\"",
            "[]",
            "{}",
            "\\u0000",
            "\n",
            "\u0000",
            "\ud800",
            "\"4.99999999999\"",
            "\"..\"",
            "[[[[[[");

    /** Whether {@code json} was accepted; any exception but InvalidSpecException fails the property. */
    private static boolean isProfile(String json) {
        try {
            SeccompJson.parse(json, Capability.DEFAULTS, MACHINE);
            return true;
        } catch (InvalidSpecException e) {
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            assertFalse(e.getMessage().length() > 400, e.getMessage());
            return false;
        }
    }

    @Property(tries = 2000)
    void any_text_is_a_profile_or_refused_in_one_line(@ForAll String text) {
        isProfile(text);
    }

    @Property(tries = 3000)
    void a_good_profile_with_pieces_replaced_is_a_profile_or_refused(@ForAll("cuts") List<Cut> cuts) {
        StringBuilder json = new StringBuilder(GOOD);
        for (Cut cut : cuts) {
            int from = cut.at() % json.length();
            json.replace(from, Math.min(json.length(), from + cut.length()), cut.word());
        }
        isProfile(json.toString());
    }

    @Property(tries = 1000)
    void a_good_profile_with_one_value_replaced_is_a_profile_or_refused(
            @ForAll @IntRange(min = 0, max = 60) int which, @ForAll("values") String value) {
        // Values are strings that no colon follows, and numbers.
        AtomicInteger left = new AtomicInteger(which);
        isProfile(java.util.regex.Pattern.compile("\"[^\"]*\"(?!:)|\\b\\d+\\b")
                .matcher(GOOD)
                .replaceAll(found ->
                        java.util.regex.Matcher.quoteReplacement(left.getAndDecrement() == 0 ? value : found.group())));
    }

    @Property(tries = 20)
    void deep_nesting_is_refused_and_overflows_no_stack(@ForAll @IntRange(min = 1, max = 200_000) int depth) {
        assertFalse(isProfile("[".repeat(depth)));
        assertFalse(isProfile("{\"syscalls\":".repeat(depth)));
    }

    @Property(tries = 20)
    void long_numbers_are_refused(@ForAll @IntRange(min = 20, max = 100_000) int digits) {
        assertFalse(
                isProfile("{\"defaultAction\": \"SCMP_ACT_ERRNO\", \"defaultErrnoRet\": " + "9".repeat(digits) + "}"));
    }

    @net.jqwik.api.Example
    void the_good_profile_is_one() {
        assertEquals(true, isProfile(GOOD));
    }

    @Provide
    Arbitrary<List<Cut>> cuts() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2000),
                        Arbitraries.integers().between(0, 30),
                        Arbitraries.of(WORDS))
                .as(Cut::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.of(
                "null",
                "true",
                "-1",
                "0",
                "6",
                "4096",
                "1e9",
                "1e999999999",
                "18446744073709551616",
                "\"\"",
                "\"x\"",
                "\"SCMP_ACT_NOTIFY\"",
                "\"SCMP_ARCH_S390\"",
                "\"4.8\"",
                "\"-4.-8\"",
                "[]",
                "{}",
                "[null]",
                "{\"a\": 1}",
                "\"\\u0000\"",
                "\"\\n\"");
    }

    /** Replaces {@code length} characters from {@code at} on by {@code word}. */
    record Cut(int at, int length, String word) {}
}
