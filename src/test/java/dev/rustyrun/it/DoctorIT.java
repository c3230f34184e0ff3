package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** {@code rustyrun doctor} on this machine, as root and as nobody. Needs root. */
class DoctorIT {

    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups");

    private final Host.State before = Host.state();

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @AfterEach
    void the_host_is_as_it_was() {
        assertEquals(before, Host.state());
    }

    private static Launcher.Result doctorAfter(List<String> prefix, String... options) {
        String[] words = Stream.concat(Stream.of("doctor"), Stream.of(options)).toArray(String[]::new);
        return Launcher.execute(
                Stream.concat(prefix.stream(), Launcher.command(words).stream()).toList(), "");
    }

    private static void requireProgramForNobody() {
        Path program = Path.of(Launcher.command().get(0));
        Assumptions.assumeTrue(
                Launcher.execute(
                                        Stream.concat(AS_NOBODY.stream(), Stream.of("test", "-x", program.toString()))
                                                .toList(),
                                        "")
                                .exitCode()
                        == 0,
                "nobody may not execute " + program + ": a folder above it is closed to others");
    }

    @Test
    void as_root_every_line_has_a_mark_and_a_thing_and_containers_can_run() {
        Launcher.Result result = Launcher.rustyrun("doctor").expect(0);
        assertEquals("", result.err());
        result.out().lines().skip(1).forEach(line -> {
            assertTrue(line.matches("(ok  |warn)  [^:]+: [^:]+: .+"), line);
            assertEquals(line.startsWith("warn"), line.contains(" — "), line);
        });
        assertTrue(result.out().contains("ok    namespaces: pid: can be made\n"), result.out());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void json_parses_and_says_the_same() throws Exception {
        JsonNode report = new ObjectMapper()
                .readTree(Launcher.rustyrun("doctor", "--json").expect(0).out());
        assertTrue(report.get("usable").asBoolean());
        long lines = Launcher.rustyrun("doctor").out().lines().skip(1).count();
        assertEquals(lines, report.get("findings").size());
        for (JsonNode finding : report.get("findings")) {
            for (String key : List.of("group", "name", "level", "fact", "advice")) {
                assertTrue(finding.get(key).isTextual(), finding.toString());
            }
        }
    }

    @Test
    void no_message_names_the_native_executable_on_a_jvm() {
        requireProgramForNobody();
        Launcher.Result result = doctorAfter(AS_NOBODY);
        if (Launcher.isNative()) {
            assertTrue(result.out().contains("ok    runtime: rustyrun: the native executable\n"), result.out());
        } else {
            result.expect(1);
            assertTrue(result.out().contains("FAIL  runtime: rustyrun: on a JVM"), result.out());
            assertTrue(result.out().contains("need the native executable"), result.out());
        }
        assertFalse(result.out().contains("check failed"), result.out());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void root_without_cap_sys_admin_cannot_run_containers_and_gets_the_reason() {
        Launcher.Result result =
                doctorAfter(List.of("setpriv", "--bounding-set", "-sys_admin")).expect(1);
        assertTrue(result.out().contains("FAIL  capabilities: CAP_SYS_ADMIN: missing"), result.out());
        assertTrue(result.out().contains("FAIL  namespaces: mnt: refused, EPERM"), result.out());
        assertTrue(result.out().contains("docker run --privileged"), result.out());
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void help_explains_the_exit_status() {
        String help = Launcher.rustyrun("doctor", "--help").expect(0).out();
        assertTrue(help.contains("Exit status: 0 when this user can run containers here; 1 when not"), help);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void colour_is_for_terminals_without_NO_COLOR() throws Exception {
        assertFalse(Launcher.rustyrun("doctor").out().contains("\033"));
        assertTrue(onTerminal("env", "-u", "NO_COLOR").contains("\033[32mok  \033[0m  kernel: version"));
        String plain = onTerminal("env", "NO_COLOR=1");
        assertTrue(plain.contains("ok    kernel: version") && !plain.contains("\033"), plain);
    }

    private static String onTerminal(String... prefix) throws Exception {
        try (Pty pty = new Pty()) {
            Process doctor = pty.start(Stream.concat(Stream.of(prefix), Launcher.command("doctor").stream())
                    .toList());
            pty.expect("temporary files");
            assertEquals(0, doctor.waitFor());
            return pty.screen();
        }
    }
}
