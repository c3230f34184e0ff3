package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container's processes can see of the stages that join it, and do to them. Needs root. */
class StageExposureIT {

    private static final int TIMES = 15;

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    /** What a container observed while commands were executed in it repeatedly. */
    private Map<String, String> watched(String... options) throws IOException {
        return watched(
                (name, pid) -> Launcher.rustyrun("exec", name, "/bin/true").expect(0), options);
    }

    /** What a container observed while something was done to it repeatedly. */
    private Map<String, String> watched(Deed deed, String... options) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "of the host");
        String name = "it-watch-" + ProcessHandle.current().pid();
        List<String> words = new ArrayList<>(List.of("--name", name, "--volume", Attempts.volume()));
        words.addAll(List.of(options));
        words.addAll(List.of("--command", Attempts.INSIDE, "watch", secret.toString(), folder.toString()));
        Process watcher = Launcher.start(words.toArray(String[]::new));
        try {
            var out = watcher.inputReader();
            assertEquals("watching", out.readLine());
            long pid =
                    Host.onlyChildOf(watcher.pid()).flatMap(Host::onlyChildOf).orElseThrow();
            for (int i = 0; i < TIMES; i++) {
                deed.perform(name, pid);
            }
            watcher.getOutputStream().close();
            return Attempts.results(out.lines().reduce("", (all, line) -> all + line + "\n"));
        } finally {
            watcher.destroyForcibly().onExit().join();
        }
    }

    /** Runs with a mount on the host whose path contains the folder's name, which the container searches for. */
    private void withMountOfHost(Trial trial) throws IOException {
        Path place = Files.createDirectory(folder.resolve("mounted"));
        Launcher.execute(List.of("mount", "-t", "tmpfs", "none", place.toString()), "")
                .expect(0);
        try {
            trial.run();
        } finally {
            Launcher.execute(List.of("umount", place.toString()), "").expect(0);
        }
    }

    /** An action on the container {@code name}, whose PID 1 has the process id {@code pid} on the host. */
    private interface Deed {
        void perform(String name, long pid);
    }

    private interface Trial {
        void run() throws IOException;
    }

    @NativeOnly("only a process with one thread can join a mount namespace, or go on as a copy of itself: not the JVM")
    @Test
    void S1_a_process_that_may_trace_never_sees_the_hosts_root_and_cannot_attach_to_a_stage() throws IOException {
        withMountOfHost(() -> {
            for (String[] options : new String[][] {
                {"--cap-add", "SYS_PTRACE"},
                {"--cap-add", "SYS_PTRACE", "--new-privileges"},
                {
                    "--cap-add",
                    "SYS_PTRACE",
                    "--userns",
                    "new",
                    "--uidmap",
                    "0:100000:65536",
                    "--gidmap",
                    "0:100000:65536"
                },
                {"--cap-add", "all", "--seccomp", "unconfined"}
            }) {
                expectNoneTraced(watched(options));
            }
        });
    }

    /** Expects that no stage could be traced, and that the memory of the observed processes had nothing of Rustyrun. */
    private static void expectNoneTraced(Map<String, String> seen) {
        expectNothingOfHosts(seen);
        assertEquals("0", seen.get("attached"), seen.toString());
        assertEquals("0", seen.get("remembered"), seen.toString());
    }

    private static void expectNothingOfHosts(Map<String, String> seen) {
        assertTrue(Integer.parseInt(seen.get("seen")) > 0, "no stage was observed, so nothing was tested: " + seen);
        expectNothing(seen);
    }

    private static void expectNothing(Map<String, String> seen) {
        assertEquals("0", seen.get("root"), seen.toString());
        assertEquals("0", seen.get("told"), seen.toString());
        assertEquals("0", seen.get("stronger"), seen.toString());
    }

    @NativeOnly("only a process with one thread can join a mount namespace, or go on as a copy of itself: not the JVM")
    @Test
    void S1_a_launch_into_a_PID_namespace_with_a_tracer_shows_nothing_of_the_host() throws IOException {
        String[][] launches = {
            {"--command", "/bin/true"},
            {"--new-privileges", "--net", "host", "--command", "/bin/true"},
            {"--ephemeral", "--pids-limit", "1", "--command", "/bin/true"},
            {"--init", "--command", "/bin/true"}
        };
        withMountOfHost(() -> {
            for (String[] launch : launches) {
                List<String> words = new ArrayList<>(List.of("--pid", ""));
                words.addAll(List.of(launch));
                Map<String, String> seen = watched(
                        (name, pid) -> {
                            words.set(1, "container:" + name);
                            Launcher.run(words.toArray(String[]::new)).expect(0);
                        },
                        "--cap-add",
                        "SYS_PTRACE",
                        "--new-privileges");
                expectNoneTraced(seen);
            }
        });
    }

    @NativeOnly("only a process with one thread can join a mount namespace, or go on as a copy of itself: not the JVM")
    @Test
    void S1_a_detached_exec_shows_nothing_of_ours_and_cannot_be_traced() throws IOException {
        Path pidFile = folder.resolve("pid");
        try (Subreaper orphans = new Subreaper()) {
            expectNoneTraced(watched(
                    (name, pid) -> {
                        Launcher.rustyrun("exec", "--detach", "--pid-file", pidFile.toString(), name, "/bin/true")
                                .expect(0);
                        orphans.await(Integer.parseInt(Host.read(pidFile.toString())));
                    },
                    "--cap-add",
                    "SYS_PTRACE"));
        }
    }

    @NativeOnly("exec needs the native binary")
    @Test
    void S1_a_process_killed_in_the_container_at_any_moment_is_reported_and_leaves_nothing() throws IOException {
        Set<Long> others = Host.processes().keySet();
        String name = "it-slay-" + ProcessHandle.current().pid();
        Process slayer =
                Launcher.start("--name", name, "--volume", Attempts.volume(), "--command", Attempts.INSIDE, "slay");
        try {
            var out = slayer.inputReader();
            assertEquals("slaying", out.readLine());
            for (int i = 0; i < TIMES * 4; i++) {
                int code = Launcher.rustyrun("exec", name, "/bin/sh", "-c", "exit 7")
                        .exitCode();
                assertTrue(List.of(7, 125, 126, 137).contains(code), "exit code " + code);
            }
            slayer.getOutputStream().close();
            assertTrue(Integer.parseInt(Attempts.results(out.readLine()).get("slain")) > 0);
            Host.eventually("it ends", () -> !slayer.isAlive());
        } finally {
            slayer.destroyForcibly().onExit().join();
        }
        Host.eventually(
                "no stage is left",
                () -> Host.processes().entrySet().stream()
                        .noneMatch(process ->
                                process.getValue().contains("copying-child") && !others.contains(process.getKey())),
                Host::processes);
    }

    /** Such a launch fails at the first file that it makes, but its processes are visible before that. */
    @NativeOnly("only a process with one thread can join a mount namespace, or go on as a copy of itself: not the JVM")
    @Test
    void S1_a_launch_into_a_PID_and_a_user_namespace_shows_nothing_of_the_hosts() throws IOException {
        withMountOfHost(() -> expectNothing(watched(
                (name, pid) -> Launcher.run(
                        "--pid", "container:" + name, "--userns", "container:" + name, "--command", "/bin/true"),
                "--cap-add",
                "SYS_PTRACE",
                "--userns",
                "new",
                "--uidmap",
                "0:100000:65536",
                "--gidmap",
                "0:100000:65536")));
    }

    /** Makes the bundle's containers join the PID namespace of process {@code pid}. */
    private static void joinPids(OciBundle bundle, long pid) {
        bundle.edit(config -> config.withObject("/linux")
                .withArray("namespaces")
                .forEach(namespace -> {
                    if (namespace.get("type").textValue().equals("pid")) {
                        ((ObjectNode) namespace).put("path", "/proc/" + pid + "/ns/pid");
                    }
                }));
    }

    @NativeOnly("only a process with one thread can join a mount namespace, or go on as a copy of itself: not the JVM")
    @Test
    void S1_S3_what_is_created_and_started_in_a_joined_PID_namespace_shows_nothing_of_the_hosts() throws IOException {
        withMountOfHost(() -> {
            for (boolean noNewPrivileges : new boolean[] {true, false}) {
                try (Subreaper orphans = new Subreaper();
                        OciBundle bundle = new OciBundle("/bin/true")) {
                    bundle.editProcess(process -> process.put("noNewPrivileges", noNewPrivileges));
                    Map<String, String> seen = watched(
                            (name, pid) -> {
                                joinPids(bundle, pid);
                                bundle.create("box").expect(0);
                                int box = bundle.state("box").get("pid").intValue();
                                bundle.rustyrun("start", "box").expect(0);
                                bundle.awaitStatus("box", "stopped");
                                bundle.rustyrun("delete", "box").expect(0);
                                orphans.await(box);
                            },
                            "--cap-add",
                            "SYS_PTRACE",
                            "--seccomp",
                            "unconfined");
                    expectNothingOfHosts(seen);
                    // The process may be traced by its equals while it waits for its start, because its memory has
                    // nothing of Rustyrun.
                    assertEquals("0", seen.get("remembered"), seen.toString());
                }
            }
        });
    }

    @NativeOnly("only a process with one thread can join a mount namespace, or go on as a copy of itself: not the JVM")
    @Test
    void S2_nothing_can_be_read_of_a_launch_into_a_PID_namespace_and_none_be_attached() throws IOException {
        withMountOfHost(() -> {
            Map<String, String> seen =
                    watched((name, pid) -> Launcher.run("--pid", "container:" + name, "--command", "/bin/true")
                            .expect(0));
            expectNothingOfHosts(seen);
            assertEquals("0", seen.get("attached"), seen.toString());
        });
    }

    @NativeOnly("only a process with one thread can join a mount namespace, or go on as a copy of itself: not the JVM")
    @Test
    void S2_nothing_of_the_hosts_can_be_read_of_a_stage_and_none_be_attached() throws IOException {
        withMountOfHost(() -> {
            for (String[] options : new String[][] {{}, {"--user", "1000"}}) {
                Map<String, String> seen = watched(options);
                assertEquals("0", seen.get("root"), seen.toString());
                assertEquals("0", seen.get("told"), seen.toString());
                assertEquals("0", seen.get("attached"), seen.toString());
            }
        });
    }

    /** A JVM has other threads, which have neither the filter nor the reduced capabilities. */
    @JvmOnly
    @Test
    void S3_on_a_jvm_a_container_that_waits_for_its_start_cannot_be_traced() {
        try (Subreaper orphans = new Subreaper()) {
            orphans.await(expectNotTraced(false, bundle -> {}, status -> {}));
        }
    }

    @NativeOnly("only the native executable has a single thread; another test covers the JVM")
    @Test
    void S3_a_container_that_waits_for_its_start_has_its_filter_and_cannot_be_traced() {
        try (Subreaper orphans = new Subreaper();
                OciBundle first = new OciBundle("/bin/sleep", "1000")) {
            first.create("first").expect(0);
            long pid = first.state("first").get("pid").longValue();
            for (boolean noNewPrivileges : new boolean[] {true, false}) {
                orphans.await(expectBehindItsFilter(noNewPrivileges, bundle -> {}));
                orphans.await(expectBehindItsFilter(noNewPrivileges, bundle -> joinPids(bundle, pid)));
                orphans.await(expectBehindItsFilter(noNewPrivileges, StageExposureIT::shareHostsPids));
            }
        }
    }

    private static void shareHostsPids(OciBundle bundle) {
        bundle.edit(config -> {
            ArrayNode namespaces = config.withObject("/linux").withArray("namespaces");
            for (int i = namespaces.size() - 1; i >= 0; i--) {
                if (namespaces.get(i).get("type").textValue().equals("pid")) {
                    namespaces.remove(i);
                }
            }
        });
    }

    private static int expectBehindItsFilter(boolean noNewPrivileges, Consumer<OciBundle> namespaces) {
        return expectNotTraced(noNewPrivileges, namespaces, status -> {
            assertEquals("2", status.get("Seccomp"), "the filter is installed");
            assertEquals("0000000000000000", status.get("CapInh"));
            assertEquals(status.get("CapBnd"), status.get("CapPrm"), "no capability beyond the command's");
        });
    }

    /** The process id of the container that waited for its start with this status; the process has been killed. */
    private static int expectNotTraced(
            boolean noNewPrivileges, Consumer<OciBundle> namespaces, Consumer<Map<String, String>> statusCheck) {
        try (OciBundle bundle = new OciBundle("/bin/sleep", "1000")) {
            bundle.editProcess(process -> process.put("noNewPrivileges", noNewPrivileges));
            bundle.edit(config -> {
                var seccomp = config.withObject("/linux/seccomp");
                seccomp.put("defaultAction", "SCMP_ACT_ALLOW");
                seccomp.withArray("architectures").add("SCMP_ARCH_X86_64").add("SCMP_ARCH_AARCH64");
                var call = seccomp.withArray("syscalls").addObject();
                call.put("action", "SCMP_ACT_ERRNO").withArray("names").add("keyctl");
            });
            namespaces.accept(bundle);
            bundle.create("box").expect(0);
            int pid = bundle.state("box").get("pid").intValue();
            statusCheck.accept(Attempts.results(Host.read("/proc/" + pid + "/status")));
            List<String> attach = List.of(
                    "setpriv",
                    "--bounding-set",
                    "-sys_ptrace",
                    Attempts.program().toString(),
                    "attach",
                    Integer.toString(pid));
            assertEquals("attach=EPERM", Launcher.execute(attach, "").out().strip());
            bundle.rustyrun("start", "box").expect(0);
            assertEquals("running", bundle.status("box"));
            return pid;
        }
    }
}
