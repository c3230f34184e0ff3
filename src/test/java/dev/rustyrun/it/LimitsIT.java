package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Resource limits, OOM score, umask, groups, and the user. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class LimitsIT {

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @Test
    void limits_score_umask_and_groups_are_the_commands() {
        String out = Launcher.run(
                        "--ulimit",
                        "nofile=100:200",
                        "--ulimit",
                        "core=0",
                        "--ulimit",
                        "RLIMIT_CPU=60:-1",
                        "--oom-score-adj",
                        "500",
                        "--umask",
                        "0077",
                        "--user",
                        "1000:1001",
                        "--group-add",
                        "7",
                        "--group-add",
                        "nogroup",
                        "--tmpfs",
                        "/made:mode=1777",
                        "--command",
                        "/bin/sh",
                        "-c",
                        """
                ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc; ulimit -St; ulimit -Ht
                cat /proc/self/oom_score_adj; umask; touch /made/x; mkdir /made/d; stat -c %a /made/x /made/d
                id -u; id -g; id -G
                """)
                .expect(0)
                .out();
        assertEquals(
                "100 200 0 0 60 unlimited 500 0077 600 700 1000 1001 1001 7 65534",
                String.join(" ", out.lines().toList()));
    }

    @Test
    void a_limit_limits() {
        String out = Launcher.run(
                        "--ulimit",
                        "fsize=1024",
                        "--tmpfs",
                        "/made",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "(dd if=/dev/zero of=/made/x bs=4096 count=2 2>/dev/null); stat -c %s /made/x; ulimit -Hn 1000000000"
                                + " 2>/dev/null || echo no more")
                .expect(0)
                .out();
        assertEquals("1024\nno more\n", out);
    }

    @Test
    void without_options_they_are_as_rustyruns_own_but_the_umask() {
        List<String> out = Launcher.sh("ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj; umask; id -G")
                .expect(0)
                .out()
                .lines()
                .toList();
        String here = Launcher.execute(List.of("sh", "-c", "ulimit -Sn; ulimit -Hn; cat /proc/self/oom_score_adj"), "")
                .out();
        assertEquals(here.lines().toList(), out.subList(0, 3));
        assertEquals(List.of("0022", "0"), out.subList(3, 5), "root has no supplementary group");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1000x",
                " 0",
                "0 ",
                "+1",
                ":0",
                "0:0:0",
                "0x0",
                "1.0",
                "4294967295",
                "4294967296",
                "99999999999999999999",
                "0:4294967295",
                "٣",
                ""
            })
    void an_invalid_user_is_refused(String user) {
        Launcher.Result result =
                Launcher.run("--user=" + user, "--command", "true").expect(125);
        assertTrue(
                result.errorLine()
                        .matches("(?s)rustyrun: .*(unknown (user|group) \"|not a number from 0 to 4294967294).*"),
                result.err());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--ulimit|nofile|is not NAME=SOFT",
                "--ulimit|nofile=x|is not a number",
                "--ulimit|nofile=2:1|the soft limit is above the hard one",
                "--ulimit|nofile=-1:5|the soft limit is above",
                "--ulimit|files=5|unknown rlimit \"files\"",
                "--ulimit|nofile=1:2:3|has more than a soft and a hard limit",
                "--oom-score-adj|1001|is not a number from -1000 to 1000",
                "--oom-score-adj|x|--oom-score-adj",
                "--umask|8|is not an octal number",
                "--umask|01777|is not an octal number",
                "--group-add|nosuch|unknown group \"nosuch\""
            })
    void an_invalid_limit_is_refused(String option, String value, String words) {
        Launcher.Result result =
                Launcher.run(option, value, "--command", "true").expect(125);
        assertTrue(result.errorLine().contains(words), result.err());
    }
}
