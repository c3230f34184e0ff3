package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Behaviour of runc's and crun's command lines and bundles that engines and scripts rely on. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class OciCompatibilityIT {

    /** Receives a pidfd with a message over a socket, and kills that process after the next line of input. */
    private static final String KILLER = """
            import array, os, signal, socket, sys
            server = socket.socket(socket.AF_UNIX)
            server.bind(sys.argv[1])
            server.listen()
            print("ready", flush=True)
            message, data, _, _ = server.accept()[0].recvmsg(64, 256)
            process = array.array("i", data[0][2])[0]
            print(message.decode(), flush=True)
            sys.stdin.readline()
            signal.pidfd_send_signal(process, signal.SIGKILL)
            """;

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static Launcher.Result run(OciBundle bundle) {
        return bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box");
    }

    private static Process killer(OciBundle bundle) throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/python3")), "needs python3");
        Path script = Files.writeString(bundle.file("killer.py"), KILLER);
        Process killer = new ProcessBuilder(
                        "python3", script.toString(), bundle.file("socket").toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals("ready", killer.inputReader().readLine());
        return killer;
    }

    private static void kill(Process killer) throws Exception {
        killer.getOutputStream().write('\n');
        killer.getOutputStream().close();
        assertTrue(killer.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, killer.exitValue());
    }

    @Test
    void C12_a_socket_gets_a_descriptor_of_the_containers_process() throws Exception {
        try (Subreaper orphans = new Subreaper();
                OciBundle bundle = new OciBundle("sleep", "1000")) {
            Process killer = killer(bundle);
            String socket = bundle.file("socket").toString();
            bundle.create("box", "--pidfd-socket", socket, "--no-subreaper").expect(0);
            assertEquals("standard", killer.inputReader().readLine());
            bundle.rustyrun("start", "box").expect(0);
            int pid = bundle.state("box").get("pid").intValue();
            kill(killer);
            orphans.await(pid);
            bundle.awaitStatus("box", "stopped");
            String line = bundle.create("other", "--pidfd-socket", "/nowhere")
                    .expect(1)
                    .errorLine();
            assertTrue(line.contains("--pidfd-socket /nowhere: ENOENT"), line);
            assertEquals(List.of("box"), bundle.left());
        }
    }

    @Test
    void C12_a_socket_gets_a_descriptor_of_the_process_of_an_exec() throws Exception {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            Process killer = killer(bundle);
            Process exec = new ProcessBuilder(bundle.command(
                            "exec",
                            "--no-subreaper",
                            "--pidfd-socket",
                            bundle.file("socket").toString(),
                            "box",
                            "sleep",
                            "1000"))
                    .start();
            assertEquals("setns", killer.inputReader().readLine());
            kill(killer);
            assertTrue(exec.waitFor(60, TimeUnit.SECONDS));
            assertEquals(137, exec.exitValue());
            assertEquals("running", bundle.status("box"));
        }
    }

    @Test
    void C12_update_takes_numbers_as_wide_as_the_specifications_and_refuses_others() {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            bundle.rustyrun("update", "--cpu-period", "100000", "--cpu-quota", "50000", "box")
                    .expect(0);
            Launcher.Result burst = bundle.rustyrun("update", "--cpu-burst", "20000", "box");
            // The option must be known, although the kernel or the cgroup hierarchy may not support it.
            assertTrue(burst.exitCode() == 0 || burst.errorLine().contains("burst"), burst.err());
            Launcher.Result idle = bundle.rustyrun("update", "--cpu-idle", "0", "box");
            assertTrue(idle.exitCode() == 0 || idle.errorLine().contains("cpu.idle"), idle.err());
            bundle.rustyrun(
                            "update",
                            "--cpu-shares",
                            "18446744073709551615",
                            "--pids-limit",
                            "18446744073709551615",
                            "box")
                    .expect(0);
            String line = bundle.rustyrun("update", "--cpu-burst", "much", "box")
                    .expect(1)
                    .errorLine();
            assertTrue(line.contains("--cpu-burst \"much\" is not a whole number"), line);
        }
    }

    @Test
    void C12_an_exec_with_a_label_that_this_kernel_cannot_have_is_refused() {
        Assumptions.assumeFalse(
                Files.exists(Path.of("/sys/kernel/security/apparmor")) || Files.exists(Path.of("/sys/fs/selinux")));
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.create("box").expect(0);
            String profile = bundle.rustyrun("exec", "--apparmor", "mine", "box", "true")
                    .expect(255)
                    .errorLine();
            assertTrue(profile.contains("--apparmor is \"mine\", but this kernel has no AppArmor"), profile);
            String label = bundle.rustyrun("exec", "--process-label", "mine", "box", "true")
                    .expect(255)
                    .errorLine();
            assertTrue(label.contains("--process-label is \"mine\", but this kernel has no SELinux"), label);
        }
    }

    @Test
    void C14_a_further_capability_is_ambient_where_the_container_has_inheritable_ones() {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.editProcess(process -> {
                process.putObject("user").put("uid", 1000).put("gid", 1000);
                ObjectNode sets = process.putObject("capabilities");
                for (String set : List.of("bounding", "permitted", "inheritable", "effective")) {
                    sets.putArray(set).add("CAP_KILL").add("CAP_CHOWN");
                }
                sets.putArray("ambient").add("CAP_KILL");
            });
            bundle.create("box").expect(0);
            String ambient = "grep CapAmb /proc/self/status | cut -f 2";
            assertEquals(
                    "0000000000000020\n",
                    bundle.rustyrun("exec", "box", "sh", "-c", ambient)
                            .expect(0)
                            .out());
            assertEquals(
                    "0000000000000021\n",
                    bundle.rustyrun("exec", "--cap", "CAP_CHOWN", "box", "sh", "-c", ambient)
                            .expect(0)
                            .out());
        }
    }

    @Test
    void C24_a_filter_without_execve_is_reported_whatever_its_action() {
        for (String action : List.of("SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_TRAP")) {
            for (boolean privileges : List.of(true, false)) {
                try (OciBundle bundle = new OciBundle("true")) {
                    bundle.editProcess(process -> process.put("noNewPrivileges", !privileges));
                    bundle.edit(config -> config.withObject("/linux/seccomp")
                            .put("defaultAction", "SCMP_ACT_ALLOW")
                            .putArray("syscalls")
                            .addObject()
                            .put("action", action)
                            .putArray("names")
                            .add("execve"));
                    String line = run(bundle).expect(1).errorLine();
                    assertTrue(line.contains("the filter refuses execve(2)"), line);
                }
            }
        }
        try (OciBundle bundle = new OciBundle("true")) {
            bundle.edit(config -> config.withObject("/linux/seccomp")
                    .put("defaultAction", "SCMP_ACT_ERRNO")
                    .putArray("syscalls")
                    .addObject()
                    .put("action", "SCMP_ACT_ALLOW")
                    .putArray("names")
                    .add("read")
                    .add("write"));
            assertTrue(run(bundle).expect(1).errorLine().contains("the filter refuses execve(2)"));
        }
    }

    @Test
    void C24_the_reason_is_setup_failed() throws IOException {
        Path profile = Files.createTempFile("rustyrun-c24", ".json");
        Path result = Files.createTempFile("rustyrun-c24", ".result");
        Files.writeString(
                profile,
                "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\":"
                        + " [{\"names\": [\"execve\"], \"action\": \"SCMP_ACT_ERRNO\"}]}");
        for (String init : List.of("--init", "--ephemeral")) {
            Launcher.run(init, "--seccomp", profile.toString(), "--result", result.toString(), "--command", "true")
                    .expect(125);
            assertTrue(Files.readString(result).contains("setup-failed"), Files.readString(result));
        }
        Files.delete(profile);
        Files.delete(result);
    }

    @Test
    void C26_the_highest_ids_and_numbers_that_stand_for_none_are_taken() {
        BigInteger none = new BigInteger("18446744073709551615");
        try (OciBundle bundle = new OciBundle("sh", "-c", "id -u; id -G; ulimit -c; umask")) {
            bundle.edit(config -> {
                ObjectNode process = (ObjectNode) config.get("process");
                process.putObject("user")
                        .put("uid", 4294967294L)
                        .put("gid", 4294967294L)
                        .put("umask", 077)
                        .putArray("additionalGids")
                        .add(4294967293L);
                process.putArray("rlimits")
                        .addObject()
                        .put("type", "RLIMIT_CORE")
                        .put("soft", none)
                        .put("hard", none);
                ObjectNode resources = config.withObject("/linux/resources");
                for (String name : List.of("limit", "reservation", "swap", "swappiness")) {
                    resources.withObject("/memory").put(name, none);
                }
                for (String name : List.of("shares", "period", "burst", "realtimePeriod")) {
                    resources.withObject("/cpu").put(name, none);
                }
                resources.withObject("/cpu").put("quota", -7);
                resources.withObject("/pids").put("limit", none);
            });
            assertEquals(
                    "4294967294\n4294967294 4294967293\nunlimited\n0077\n",
                    run(bundle).expect(0).out());
        }
    }

    @Test
    void C27_a_bundles_container_with_a_garbage_state_is_listed_and_its_processes_are_ended() throws IOException {
        for (String garbage : List.of("", "garbage", "{}")) {
            try (Subreaper orphans = new Subreaper();
                    OciBundle bundle = new OciBundle("sleep", "48427")) {
                bundle.edit(config -> config.withObject("/linux")
                        .put(
                                "cgroupsPath",
                                "/rustyrun-c27/" + bundle.directory().getFileName()));
                bundle.create("box").expect(0);
                bundle.rustyrun("start", "box").expect(0);
                int pid = bundle.state("box").get("pid").intValue();
                Files.writeString(bundle.file("state/box/state.json"), garbage);
                String listed = bundle.rustyrun("list").expect(0).out();
                assertTrue(listed.matches("(?s).*box +0 +broken.*"), listed);
                assertTrue(
                        bundle.rustyrun("delete", "box").expect(1).errorLine().contains("--force"));
                bundle.rustyrun("delete", "--force", "box").expect(0);
                orphans.await(pid);
                Host.expectEnded("48427");
                assertEquals(List.of(), bundle.left());
            }
        }
    }

    @Test
    void C30_a_message_about_a_huge_argument_is_cut_in_every_output() throws IOException {
        try (OciBundle bundle = new OciBundle("/nosuch/" + "y".repeat(100_000), "y".repeat(100_000))) {
            Path log = bundle.file("log");
            Launcher.Result result = bundle.rustyrun(
                    "--log",
                    log.toString(),
                    "run",
                    "--bundle",
                    bundle.directory().toString(),
                    "box");
            assertTrue(result.err().length() < 2500, "length " + result.err().length());
            assertTrue(Files.readString(log).length() < 2500, "length " + Files.size(log));
            assertFalse(result.exitCode() == 0);
        }
    }

    @Test
    void C41_warnings_below_an_engine_are_in_its_log_and_not_in_the_containers_output() throws IOException {
        try (OciBundle bundle = new OciBundle("echo", "ok")) {
            bundle.edit(config -> {
                for (String set : List.of("bounding", "permitted", "effective")) {
                    ((ArrayNode) config.get("process").get("capabilities").get(set)).add("CAP_NOSUCH");
                }
                config.withObject("/hooks").putArray("poststop").addObject().put("path", "/bin/false");
            });
            assertTrue(run(bundle).expect(0).err().contains("rustyrun: warning: "));
            Path log = bundle.file("log");
            Launcher.Result quiet = bundle.rustyrun(
                            "--log",
                            log.toString(),
                            "--log-format",
                            "json",
                            "run",
                            "--bundle",
                            bundle.directory().toString(),
                            "box")
                    .expect(0);
            assertEquals("ok\n", quiet.out());
            assertEquals("", quiet.err());
            String logged = Files.readString(log);
            assertTrue(logged.contains("\"level\":\"warning\",\"msg\":\"process.capabilities.bounding"), logged);
            assertTrue(logged.contains("error running poststop hook #0: /bin/false exited with 1"), logged);
        }
    }
}
