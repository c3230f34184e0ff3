package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code --init}, a container can read nothing of Rustyrun or of the host in its PID 1. Needs root. */
class InitExposureIT {

    /** Part of the host's paths of the rootfs and of a volume; occurs nowhere in the container. */
    private static final String MARKER = "marker-of-the-host";

    private static final String[] OWN_USERS = {
        "--userns", "new", "--uidmap", "0:100000:65536", "--gidmap", "0:100000:65536"
    };

    @TempDir
    Path folder;

    private Path rootfs;
    private Path volume;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    @BeforeEach
    void rootfs() throws IOException {
        Path place = Files.createDirectory(folder.resolve(MARKER));
        rootfs = place.resolve("rootfs");
        Launcher.execute(List.of("cp", "-a", Launcher.busybox().toString(), rootfs.toString()), "")
                .expect(0);
        volume = Files.createDirectory(place.resolve("volume"));
        Launcher.execute(List.of("chmod", "-R", "a+rX", folder.toString()), "").expect(0);
    }

    private Launcher.Result run(List<String> options, String... command) {
        List<String> words = new ArrayList<>(Launcher.command());
        words.addAll(List.of(
                "run", "--rootfs", rootfs.toString(), "--init", "--volume", volume + ":/volume:ro", "--volume"));
        words.add(Attempts.volume());
        words.addAll(options);
        words.add("--command");
        words.addAll(List.of(command));
        return Launcher.execute(words, "");
    }

    /**
     * Searches everything that PID 1 reveals to a process that may trace it, right at the start. With the JVM launcher
     * the search waits until PID 1 has executed the reaper.
     */
    private Map<String, String> search(String... options) {
        List<String> words = new ArrayList<>(List.of("--cap-add", "SYS_PTRACE"));
        words.addAll(List.of(options));
        String search = "exec " + Attempts.INSIDE + " search 1 " + MARKER + " rustyrun";
        String[] command = Launcher.isNative()
                ? new String[] {Attempts.INSIDE, "search", "1", MARKER, "rustyrun"}
                : new String[] {"/bin/sh", "-c", "until grep -q '^init$' /proc/1/comm; do sleep 0.1; done; " + search};
        Launcher.Result result = run(words, command).expect(0);
        Map<String, String> found = Attempts.results(result.out());
        assertEquals("ok", found.get("memory"), result.out());
        return found;
    }

    private void expectNothing(String... options) {
        Map<String, String> found = search(options);
        assertEquals("0", found.get("hits"), found.toString());
        assertTrue(Integer.parseInt(found.get("mappings")) < 8, found.toString());
        assertTrue(Integer.parseInt(found.get("read")) > 4096, found.toString());
        assertTrue(Integer.parseInt(found.get("files")) > 4096, found.toString());
        assertEquals("/memfd:init (deleted)", found.get("exe"), found.toString());
        assertEquals("init", found.get("cmdline"), found.toString());
        assertEquals("same", found.get("mounts"), found.toString());
        assertEquals("0", found.get("stronger"), found.toString());
    }

    @Test
    void S4_a_process_that_may_do_everything_finds_nothing_of_the_host_in_pid_one() {
        expectNothing("--cap-add", "all", "--seccomp", "unconfined", "--unmask", "all");
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void S4_a_process_that_may_trace_finds_nothing_of_the_host_in_pid_one() {
        expectNothing();
        expectNothing("--new-privileges");
        expectNothing("--user", "1000");
        expectNothing("--ulimit", "nofile=16:16");
    }

    @NativeOnly("only a process with one thread can enter a user namespace: not the JVM")
    @Test
    void S4_the_same_is_true_in_its_own_user_namespace() {
        expectNothing(OWN_USERS);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void S4_the_search_finds_a_marker_that_exists() {
        Launcher.Result result = run(List.of(), Attempts.INSIDE, "search", "self", MARKER, "rustyrun")
                .expect(0);
        assertFalse(Attempts.results(result.out()).get("hits").equals("0"), "its own arguments: " + result.out());
    }

    private Path forbidding(String call, String action) throws IOException {
        return Files.writeString(folder.resolve(call + action), """
                {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["%s"], "action": "%s"}]}
                """.formatted(call, action));
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void S4_a_filter_that_forbids_execveat_leaves_another_way() throws IOException {
        for (String action : List.of("SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS")) {
            expectNothing("--seccomp", forbidding("execveat", action).toString());
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void S4_a_container_works_if_its_filter_forbids_calls_of_the_program() throws IOException {
        for (String call : List.of("memfd_create", "rt_sigtimedwait", "pipe2")) {
            List<String> options = List.of(
                    "--seccomp", forbidding(call, "SCMP_ACT_KILL_PROCESS").toString());
            String orphan = "(sleep 0.1 & exec true); sleep 0.4; ";
            assertFalse(run(options, "/bin/sh", "-c", orphan + "ps -o stat")
                    .expect(0)
                    .out()
                    .contains("Z"));
            run(options, "/bin/sh", "-c", "exit 7").expect(7);
            run(options, "/bin/sh", "-c", "kill -TERM $$").expect(143);
            run(options, "/bin/sh", "-c", "trap 'exit 9' USR1; kill -USR1 1; while :; do sleep 0.1; done")
                    .expect(9);
            run(options, Attempts.INSIDE, "attach", "1").expect(0);
        }
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void S4_it_starts_under_limits_of_files_and_processes() {
        run(List.of("--ulimit", "fsize=0:0"), "/bin/sh", "-c", "exit 7").expect(7);
        run(List.of("--ulimit", "fsize=0:0", "--pid", "host"), "/bin/sh", "-c", "exit 7")
                .expect(7);
    }

    @NativeOnly("the same code runs on a JVM, many times slower")
    @Test
    void S4_a_command_that_cannot_be_started_is_explained_as_without_init() throws IOException {
        Path text = Files.writeString(rootfs.resolve("text"), "no program");
        Path script = Files.writeString(rootfs.resolve("script"), "#!/nowhere\n");
        Launcher.execute(List.of("chmod", "755", text.toString(), script.toString()), "")
                .expect(0);
        assertTrue(run(List.of(), "/script").expect(127).errorLine().contains("its interpreter"));
        assertTrue(run(List.of(), "/text").expect(126).errorLine().contains("neither a program"));
        assertTrue(run(List.of(), "/volume").expect(126).errorLine().contains("is not executable"));
        assertTrue(run(List.of(), "nothing").expect(127).errorLine().contains("executable file not found"));
    }
}
