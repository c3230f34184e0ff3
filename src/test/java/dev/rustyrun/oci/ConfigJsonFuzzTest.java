package dev.rustyrun.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** Any config.json either gives a valid Spec or is refused in one line, by the reader or by the validator. */
class ConfigJsonFuzzTest {

    private static final HostFeatures HOST = new HostFeatures(true, true, false, 022);
    private static final String GOOD = """
            {"ociVersion": "1.2.0", "hostname": "h", "domainname": "d", "root": {"path": "rootfs", "readonly": true},
             "process": {"terminal": true, "consoleSize": {"height": 1, "width": 2}, "user": {"uid": 0, "gid": 0, "umask": 18,
               "additionalGids": [5]}, "args": ["sh", "-c"], "env": ["A=b"], "cwd": "/", "oomScoreAdj": 1,
               "capabilities": {"bounding": ["CAP_KILL"]}, "noNewPrivileges": true,
               "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}]},
             "hooks": {"prestart": [{"path": "/h", "args": ["h"], "env": ["A=1"], "timeout": 5}], "poststop": []},
             "mounts": [{"destination": "/proc", "type": "proc", "source": "proc", "options": ["nosuid"]},
               {"destination": "/b", "type": "bind", "source": "b", "options": ["rbind", "rro"]}],
             "annotations": {"a": "b"},
             "linux": {"namespaces": [{"type": "mount"}, {"type": "uts"}, {"type": "network"}, {"type": "time"},
               {"type": "ipc", "path": "/proc/1/ns/ipc"}], "timeOffsets": {"monotonic": {"secs": 1, "nanosecs": 2}},
               "devices": [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229, "fileMode": 438, "uid": 0, "gid": 0}],
               "sysctl": {"net.a": "1"}, "cgroupsPath": "/a", "rootfsPropagation": "slave",
               "resources": {"memory": {"limit": 100, "swap": 200}, "cpu": {"quota": 2000, "period": 5000, "cpus": "0-3"},
                 "pids": {"limit": 5}, "hugepageLimits": [{"pageSize": "2MB", "limit": 1}], "unified": {"memory.high": "5"},
                 "blockIO": {"throttleReadBpsDevice": [{"major": 8, "minor": 0, "rate": 5}]},
                 "network": {"classID": 5, "priorities": [{"name": "lo", "priority": 1}]},
                 "devices": [{"allow": true, "type": "c", "major": 1, "minor": 3, "access": "rwm"}]},
               "seccomp": {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["read"], "action": "SCMP_ACT_LOG"}]},
               "maskedPaths": ["/proc/kcore"], "readonlyPaths": ["/proc/sys"]}}
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
            "\"bind\"",
            "\"/\"",
            "[]",
            "{}",
            "\\u0000",
            "\n",
            "\u0000",
            "\ud800",
            "\"..\"",
            "[[[[[[",
            "\"user\"");

    /** Whether {@code json} was accepted; any exception but InvalidSpecException fails the property. */
    private static boolean isContainer(String json) {
        try {
            Spec spec = ConfigJson.read(json, Path.of("/bundle"), HOST).spec();
            SpecValidator.check(spec);
            return true;
        } catch (InvalidSpecException e) {
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            return false;
        }
    }

    @Property(tries = 2000)
    void any_text_is_refused_in_one_line(@ForAll String text) {
        assertFalse(isContainer(text));
    }

    @Property(tries = 3000)
    void a_good_config_with_pieces_replaced_is_a_container_or_refused(@ForAll("cuts") List<Cut> cuts) {
        StringBuilder json = new StringBuilder(GOOD);
        for (Cut cut : cuts) {
            int from = cut.at() % json.length();
            json.replace(from, Math.min(json.length(), from + cut.length()), cut.word());
        }
        isContainer(json.toString());
    }

    @Property(tries = 3000)
    void a_good_config_with_one_value_replaced_is_a_container_or_refused(
            @ForAll @IntRange(min = 0, max = 130) int which, @ForAll("values") String value) {
        AtomicInteger left = new AtomicInteger(which);
        isContainer(Pattern.compile("\"[^\"]*\"(?!:)|\\b\\d+\\b|\\{\\}|true")
                .matcher(GOOD)
                .replaceAll(found -> Matcher.quoteReplacement(left.getAndDecrement() == 0 ? value : found.group())));
    }

    @Property(tries = 10)
    void deep_nesting_is_refused_and_overflows_no_stack(@ForAll @IntRange(min = 1, max = 200_000) int depth) {
        assertFalse(isContainer("{\"linux\":".repeat(depth)));
        assertFalse(isContainer(GOOD.replace("\"h\"", "[".repeat(depth))));
    }

    @Example
    void the_good_config_is_one() {
        assertTrue(isContainer(GOOD));
    }

    @Provide
    Arbitrary<List<Cut>> cuts() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4000),
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
                "9223372036854775808",
                "\"\"",
                "\"x\"",
                "\"/\"",
                "\"user\"",
                "\"cgroup\"",
                "\"remount\"",
                "\"idmap\"",
                "\"CAP_NO\"",
                "\"../..\"",
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
