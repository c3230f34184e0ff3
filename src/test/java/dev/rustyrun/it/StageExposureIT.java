package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a container's processes see of the stages that join it, and can do to them. Needs root. */
class StageExposureIT {

    private static final int TIMES = 30;

    @TempDir
    Path folder;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    /** What a container saw of processes that were executed in it again and again. */
    private Map<String, String> watched(String... options) throws IOException {
        Assumptions.assumeTrue(
                Launcher.isNative(),
                "exec joins a mount namespace, which only a process with one thread can: not the JVM");
        Path secret = Files.writeString(folder.resolve("secret"), "of the host");
        String name = "it-watch-" + ProcessHandle.current().pid();
        List<String> words = new ArrayList<>(List.of("--name", name, "--volume", Attempts.volume()));
        words.addAll(List.of(options));
        words.addAll(List.of("--command", Attempts.INSIDE, "watch", secret.toString(), folder.toString()));
        Process watcher = Launcher.start(words.toArray(String[]::new));
        try {
            var out = watcher.inputReader();
            assertEquals("watching", out.readLine());
            for (int i = 0; i < TIMES; i++) {
                Launcher.rustyrun("exec", name, "/bin/true").expect(0);
            }
            watcher.getOutputStream().close();
            Map<String, String> seen = Attempts.results(out.lines().reduce("", (all, line) -> all + line + "\n"));
            assertTrue(Integer.parseInt(seen.get("seen")) > 0, "some were seen: " + seen);
            return seen;
        } finally {
            watcher.destroyForcibly().onExit().join();
        }
    }

    /** The host's mounts have the folder's name in them while this mount is there. */
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

    private interface Trial {
        void run() throws IOException;
    }

    @Test
    void S1_whoever_may_trace_never_sees_the_hosts_root_and_attaches_nothing_that_may_more_than_he()
            throws IOException {
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
                Map<String, String> seen = watched(options);
                assertEquals("0", seen.get("root"), seen.toString());
                assertEquals("0", seen.get("told"), seen.toString());
                assertEquals("0", seen.get("stronger"), seen.toString());
            }
        });
    }

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

    @Test
    void S3_what_waits_for_its_start_waits_behind_its_filter_and_cannot_be_attached() {
        for (boolean noNewPrivileges : new boolean[] {true, false}) {
            try (OciBundle bundle = new OciBundle("/bin/sleep", "1000")) {
                bundle.editProcess(process -> process.put("noNewPrivileges", noNewPrivileges));
                bundle.edit(config -> {
                    var seccomp = config.withObject("/linux/seccomp");
                    seccomp.put("defaultAction", "SCMP_ACT_ALLOW");
                    seccomp.withArray("architectures").add("SCMP_ARCH_X86_64").add("SCMP_ARCH_AARCH64");
                    var call = seccomp.withArray("syscalls").addObject();
                    call.put("action", "SCMP_ACT_ERRNO").withArray("names").add("keyctl");
                });
                bundle.create("box").expect(0);
                int pid = bundle.state("box").get("pid").intValue();
                Map<String, String> status = Attempts.results(Host.read("/proc/" + pid + "/status"));
                // A JVM has other threads, to which neither applies.
                if (Launcher.isNative()) {
                    assertEquals("2", status.get("Seccomp"), "the filter is there");
                    assertEquals("0000000000000000", status.get("CapInh"));
                    assertEquals(status.get("CapBnd"), status.get("CapPrm"), "no capability beyond the command's");
                }
                assertEquals(
                        "attach=EPERM",
                        Launcher.execute(
                                        List.of(
                                                "setpriv",
                                                "--bounding-set",
                                                "-sys_ptrace",
                                                Attempts.program().toString(),
                                                "attach",
                                                Integer.toString(pid)),
                                        "")
                                .out()
                                .strip());
                bundle.rustyrun("start", "box").expect(0);
                assertEquals("running", bundle.status("box"));
            }
        }
    }
}
