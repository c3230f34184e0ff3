package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The five capability sets of the command as the kernel shows them, and the privileges that they give. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class CapabilitiesIT {

    private static final String NONE = "0000000000000000";
    /** The fourteen capabilities that docker grants by default. */
    private static final String DEFAULT = "00000000a80425fb";

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static void expectSets(
            String inheritable, String permitted, String bounding, String ambient, String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        words.addAll(List.of("--command", "cat", "/proc/self/status"));
        Map<String, String> status = Attempts.results(
                Launcher.run(words.toArray(String[]::new)).expect(0).out());
        assertEquals(
                List.of(inheritable, permitted, permitted, bounding, ambient),
                List.of(
                        status.get("CapInh"),
                        status.get("CapPrm"),
                        status.get("CapEff"),
                        status.get("CapBnd"),
                        status.get("CapAmb")),
                () -> "of " + words);
    }

    @Test
    void root_has_dockers_set_and_nothing_inheritable() {
        expectSets(NONE, DEFAULT, DEFAULT, NONE);
    }

    @Test
    void another_user_has_no_capabilities_and_could_get_no_more_than_root() {
        expectSets(NONE, NONE, DEFAULT, NONE, "--user", "1000:1000");
    }

    @Test
    void capabilities_added_for_another_user_are_ambient_so_they_survive_execve() {
        expectSets(
                "0000000000001000",
                "0000000000001000",
                "00000000a80435fb",
                "0000000000001000",
                "--user",
                "1000",
                "--cap-add",
                "net_admin");
    }

    @Test
    void capabilities_added_for_root_are_not_inheritable() {
        expectSets(NONE, "00000000a80435fb", "00000000a80435fb", NONE, "--cap-add", "CAP_NET_ADMIN");
    }

    @Test
    void all_are_dropped_and_some_added_again() {
        expectSets(NONE, NONE, NONE, NONE, "--cap-drop", "ALL");
        expectSets(
                NONE,
                "0000000000000401",
                "0000000000000401",
                NONE,
                "--cap-drop",
                "all",
                "--cap-add",
                "chown,NET_BIND_SERVICE");
        expectSets(NONE, "00000000a80425fa", "00000000a80425fa", NONE, "--cap-drop", "chown");
    }

    @Test
    void only_capabilities_that_rustyrun_has_can_be_granted() {
        String own = Attempts.results(Host.read("/proc/self/status")).get("CapEff");
        expectSets(NONE, own, own, NONE, "--cap-add", "all");
        long less = Long.parseUnsignedLong(own, 16) & ~(1L << 13);
        expectSets(
                NONE,
                String.format("%016x", less),
                String.format("%016x", less),
                NONE,
                "--cap-add",
                "all",
                "--cap-drop",
                "net_raw");
    }

    @Test
    void a_capability_makes_the_difference_that_it_stands_for() {
        Launcher.run(
                        "--cap-drop",
                        "chown",
                        "--tmpfs",
                        "/made",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "touch /made/x && ! chown 1 /made/x 2>/dev/null && ! hostname other 2>/dev/null")
                .expect(0);
        assertEquals(
                "other\n",
                Launcher.run("--cap-add", "sys_admin", "--command", "/bin/sh", "-c", "hostname other && hostname")
                        .expect(0)
                        .out());
        Launcher.run(
                        "--user",
                        "1000",
                        "--cap-add",
                        "net_admin",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "ip link set lo mtu 1400 && ! chown 0 /proc/self 2>/dev/null")
                .expect(0);
    }

    @Test
    void securebits_are_those_of_an_ordinary_process_and_no_program_gives_more() {
        Map<String, String> me =
                Attempts.results(Launcher.run("--volume", Attempts.volume(), "--command", Attempts.INSIDE, "me")
                        .expect(0)
                        .out());
        assertEquals("0", me.get("securebits"));
        assertEquals("1", me.get("NoNewPrivs"));
        Map<String, String> other = Attempts.results(
                Launcher.run("--new-privileges", "--volume", Attempts.volume(), "--command", Attempts.INSIDE, "me")
                        .expect(0)
                        .out());
        assertEquals("0", other.get("NoNewPrivs"));
        assertEquals(DEFAULT, other.get("CapPrm"), "what installing the filter took is given back");
    }

    @Test
    void an_unknown_capability_is_refused() {
        for (String[] options : List.of(
                new String[] {"--cap-add", "CAP_EVERYTHING"},
                new String[] {"--cap-drop", "chown,,kill"},
                new String[] {"--cap-add", "cap_cap_chown"})) {
            Launcher.Result result =
                    Launcher.run(options[0], options[1], "--command", "true").expect(125);
            assertTrue(result.errorLine().startsWith("rustyrun: unknown capability \""), result.err());
        }
    }

    /** Runs a command without CAP_NET_RAW and CAP_MKNOD, as a container engine or systemd may do. */
    private static List<String> lacking(List<String> command) {
        List<String> all = new ArrayList<>(List.of("setpriv", "--bounding-set", "-net_raw,-mknod"));
        all.addAll(command);
        return all;
    }

    @Test
    void capabilities_that_rustyrun_lacks_are_not_in_the_default_set_and_refused_on_request() {
        String less = "00000000a00405fb";
        Launcher.Result plain = Launcher.execute(
                        lacking(Launcher.runCommand(
                                "--command",
                                "/bin/sh",
                                "-c",
                                "cat /proc/1/status && echo x > /dev/null && test -c /dev/random")),
                        "")
                .expect(0);
        Map<String, String> status = Attempts.results(plain.out());
        assertEquals(List.of(less, less), List.of(status.get("CapBnd"), status.get("CapEff")));
        assertEquals("", plain.err());
        Launcher.Result asked = Launcher.execute(
                        lacking(Launcher.runCommand("--cap-add", "net_raw,chown,mknod", "--command", "true")), "")
                .expect(125);
        assertEquals(
                "rustyrun: --cap-add: CAP_NET_RAW, CAP_MKNOD cannot be granted: Rustyrun itself does not have them\n",
                asked.errorLine());
        Launcher.execute(
                        lacking(Launcher.runCommand("--cap-add", "all", "--cap-drop", "net_raw", "--command", "true")),
                        "")
                .expect(0);
    }

    /** C26. */
    @Test
    void a_user_may_have_the_highest_id() {
        String ids = Launcher.run(
                        "--user", "4294967294:3000000000", "--command", "/bin/sh", "-c", "id -u; id -g; echo $HOME")
                .expect(0)
                .out();
        assertEquals("4294967294 3000000000 /", String.join(" ", ids.lines().toList()));
    }

    @Test
    void capabilities_that_rustyrun_lacks_give_a_warning_and_are_removed_from_a_bundle() {
        try (OciBundle bundle = new OciBundle("/bin/cat", "/proc/1/status")) {
            bundle.editProcess(process -> {
                for (String set : List.of("bounding", "effective", "permitted")) {
                    process.withObjectProperty("capabilities")
                            .putArray(set)
                            .add("CAP_KILL")
                            .add("CAP_NET_RAW");
                }
            });
            Launcher.Result result = Launcher.execute(
                            lacking(bundle.command(
                                    "run", "--bundle", bundle.directory().toString(), "less")),
                            "")
                    .expect(0);
            assertEquals("0000000000000020", Attempts.results(result.out()).get("CapBnd"));
            assertEquals(
                    "rustyrun: warning: process.capabilities: CAP_NET_RAW cannot be granted: Rustyrun itself"
                            + " does not have it\n",
                    result.errorLine());
        }
    }

    @Test
    void a_service_that_lacks_some_launches_without_them() throws Exception {
        try (Server server = Server.startBy(lacking(List.of()), "--userns", "host")) {
            for (int i = 0; i < 2; i++) {
                String answer = server.sh(200, "grep CapBnd /proc/1/status; ls -l /dev/null");
                assertTrue(answer.contains("00000000a00405fb") && answer.contains("crw"), answer);
            }
        }
    }
}
