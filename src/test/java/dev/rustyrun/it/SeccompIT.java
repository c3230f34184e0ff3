package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results of filtered system calls in a container. Needs root, and gcc for calls that no shell command makes. */
@NativeOnly("the same code runs on a JVM, many times slower")
class SeccompIT {

    private static final String FILTERED = "2";
    private Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @BeforeEach
    void makeFolder() throws IOException {
        folder = Files.createTempDirectory("rustyrun-it");
    }

    @AfterEach
    void removeFolder() {
        Host.expectEnded(folder.toString());
        Launcher.execute(List.of("rm", "-rf", folder.toString()), "").expect(0);
    }

    private Path profile(String json) {
        try {
            return Files.writeString(folder.resolve("profile.json"), json);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, String> calls(String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        words.addAll(List.of("--volume", Attempts.volume(), "--command", Attempts.INSIDE, "calls"));
        return new TreeMap<>(Attempts.results(
                Launcher.run(words.toArray(String[]::new)).expect(0).out()));
    }

    @Test
    void the_default_profile_refuses_what_administers_the_machine_and_the_rest_works() {
        Map<String, String> answers = calls();
        for (String refused : List.of(
                "keyctl",
                "add_key",
                "unshare-user",
                "unshare-mount",
                "setns",
                "bpf",
                "io_uring_setup",
                "userfaultfd",
                "perf_event_open",
                "open_by_handle_at",
                "kexec_load",
                "mount",
                "umount2",
                "pivot_root",
                "swapon",
                "syslog",
                "socket-vsock",
                "socket-vsock-wide",
                "ioctl-TIOCSTI",
                "ioctl-TIOCSTI-wide",
                "personality")) {
            assertEquals("EPERM", answers.remove(refused), refused);
        }
        assertEquals("ENOSYS", answers.remove("clone3"), "so that the C library takes clone");
        assertEquals(Map.of("ptrace", "ok", "getppid", "ok"), answers);
        Map<String, String> open = calls("--seccomp", "unconfined", "--cap-add", "all");
        for (String allowed : List.of(
                "keyctl",
                "add_key",
                "unshare-user",
                "clone3",
                "bpf",
                "io_uring_setup",
                "mount",
                "umount2",
                "ioctl-TIOCSTI",
                "personality")) {
            assertNotEquals("EPERM", open.get(allowed), allowed + " is what the filter refused");
        }
    }

    @Test
    void a_capability_opens_the_calls_that_need_it() {
        Map<String, String> answers = calls("--cap-add", "sys_admin");
        assertEquals(
                List.of("ENOENT", "ENOENT", "ok", "EINVAL"),
                List.of(
                        answers.get("mount"),
                        answers.get("umount2"),
                        answers.get("unshare-mount"),
                        answers.get("clone3")));
        assertEquals("EPERM", answers.get("keyctl"), "no capability is for this");
        assertEquals("EPERM", answers.get("ioctl-TIOCSTI"), "nor for this");
    }

    @Test
    void every_user_has_a_filter_with_and_without_no_new_privileges_but_not_with_unconfined() {
        for (String[] options : List.of(
                new String[] {"--user", "0"},
                new String[] {"--user", "1000"},
                new String[] {"--new-privileges"},
                new String[] {"--new-privileges", "--user", "1000"},
                new String[] {"--init"})) {
            assertEquals(FILTERED, seccompOf(options), String.join(" ", options));
        }
        assertEquals("0", seccompOf("--seccomp", "unconfined"));
    }

    private static String seccompOf(String... options) {
        List<String> words = new ArrayList<>(List.of(options));
        words.addAll(List.of("--command", "cat", "/proc/self/status"));
        return Attempts.results(
                        Launcher.run(words.toArray(String[]::new)).expect(0).out())
                .get("Seccomp");
    }

    @Test
    void a_users_own_profile_decides_the_result_of_each_call() {
        Path file = profile("""
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
                  {"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28},
                  {"names": ["personality"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5,
                   "args": [{"index": 0, "value": 262144, "op": "SCMP_CMP_EQ"}]}]}
                """);
        Launcher.Result result = Launcher.run(
                        "--seccomp", file.toString(), "--tmpfs", "/made", "--command", "/bin/sh", "-c", "mkdir /made/x")
                .expect(1);
        assertTrue(result.err().contains("No space left on device"), result.err());
        assertEquals("EIO", calls("--seccomp", file.toString()).get("personality"));
    }

    @Test
    void a_call_that_kills_ends_the_command_by_sigsys() {
        Path file = profile("""
                {"defaultAction": "SCMP_ACT_ALLOW",
                 "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]}
                """);
        Launcher.run("--seccomp", file.toString(), "--tmpfs", "/made", "--command", "mkdir", "/made/x")
                .expect(128 + 31);
    }

    @Test
    void a_profile_in_dockers_form_depends_on_the_capabilities() {
        Path file = profile("""
                {"defaultAction": "SCMP_ACT_ALLOW",
                 "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]},
                             {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]}],
                 "syscalls": [{"names": ["sethostname"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28, "args": [],
                               "comment": "", "includes": {}, "excludes": {"caps": ["CAP_SYS_ADMIN"]}}]}
                """);
        Launcher.Result refused = Launcher.run("--seccomp", file.toString(), "--command", "hostname", "x")
                .expect(1);
        assertTrue(refused.err().contains("No space left"), refused.err());
        Launcher.run("--seccomp", file.toString(), "--cap-add", "sys_admin", "--command", "hostname", "x")
                .expect(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"defaultAction\": \"SCMP_ACT_NONSENSE\"}",
                "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": \"read\"}]}"
            })
    void a_file_that_is_not_a_profile_is_refused_in_one_line(String json) {
        Host.State before = Host.state();
        Launcher.Result result = Launcher.run("--seccomp", profile(json).toString(), "--command", "never-started")
                .expect(125);
        assertTrue(result.errorLine().startsWith("rustyrun: "), result.err());
        assertEquals(before, Host.state());
    }

    @Test
    void a_missing_profile_is_refused() {
        assertTrue(Launcher.run("--seccomp", "/no/such", "--command", "true")
                .expect(125)
                .errorLine()
                .contains("--seccomp /no/such: no such file; give a profile, or unconfined"));
    }
}
