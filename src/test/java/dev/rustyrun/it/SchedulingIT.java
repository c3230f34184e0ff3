package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Scheduling settings of a container's process, as the process itself sees them. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class SchedulingIT {

    /** Prints the shell's own nice value and scheduling policy; man 5 proc_pid_stat, fields 19 and 41. */
    private static final String STAT = "cut -d' ' -f19,41 /proc/$$/stat";

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    private static Launcher.Result run(Consumer<ObjectNode> change, String script) {
        try (OciBundle bundle = new OciBundle("sh", "-c", script)) {
            bundle.edit(change);
            return bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box");
        }
    }

    private static Launcher.Result runProcess(Consumer<ObjectNode> change, String script) {
        return run(config -> change.accept((ObjectNode) config.get("process")), script);
    }

    private static Launcher.Result runLinux(Consumer<ObjectNode> change, String script) {
        return run(config -> change.accept((ObjectNode) config.get("linux")), script);
    }

    @Test
    void C6_the_processors_are_those_of_the_cgroup_and_not_of_the_caller() {
        String all = Launcher.sh("grep Cpus_allowed_list /proc/self/status")
                .expect(0)
                .out();
        List<String> words = new java.util.ArrayList<>(List.of("taskset", "-c", "0"));
        words.addAll(Launcher.command(
                "run",
                "--rootfs",
                Launcher.busybox().toString(),
                "--command",
                "grep",
                "Cpus_allowed_list",
                "/proc/self/status"));
        assertEquals(all, Launcher.execute(words, "").expect(0).out());
    }

    @Test
    void a_personality_is_set() {
        assertEquals(
                "00000008\n",
                runLinux(linux -> linux.putObject("personality").put("domain", "LINUX32"), "cat /proc/$$/personality")
                        .expect(0)
                        .out());
        assertEquals(
                "00000000\n",
                runLinux(linux -> linux.putObject("personality").put("domain", "LINUX"), "cat /proc/$$/personality")
                        .expect(0)
                        .out());
    }

    @Test
    void a_policy_and_a_nice_value_are_set() {
        assertEquals(
                "7 3\n",
                runProcess(
                                process -> process.putObject("scheduler")
                                        .put("policy", "SCHED_BATCH")
                                        .put("nice", 7),
                                STAT)
                        .expect(0)
                        .out());
        assertEquals(
                "-5 0\n",
                runProcess(
                                process -> process.putObject("scheduler")
                                        .put("policy", "SCHED_OTHER")
                                        .put("nice", -5),
                                STAT)
                        .expect(0)
                        .out(),
                "though the command has not CAP_SYS_NICE");
        assertTrue(
                runProcess(process -> process.putObject("scheduler").put("policy", "SCHED_IDLE"), STAT)
                        .expect(0)
                        .out()
                        .endsWith(" 5\n"),
                "which has no nice value");
    }

    @Test
    void a_real_time_policy_is_set_or_refused_in_words() {
        Launcher.Result result = runProcess(
                process -> process.putObject("scheduler")
                        .put("policy", "SCHED_FIFO")
                        .put("priority", 3),
                "cut -d' ' -f40,41 /proc/$$/stat");
        if (result.exitCode() != 0) {
            assertTrue(result.expect(1).errorLine().contains("real-time budget"), result.err());
        } else {
            assertEquals("3 1\n", result.out());
        }
    }

    @Test
    void a_deadline_is_kept_by_a_command_that_starts_no_process() {
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.editProcess(process -> process.putObject("scheduler")
                    .put("policy", "SCHED_DEADLINE")
                    .put("runtime", 1_000_000)
                    .put("deadline", 20_000_000)
                    .put("period", 20_000_000));
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            String pid = bundle.state("box").get("pid").asText();
            assertEquals("6", Host.read("/proc/" + pid + "/stat").split(" ")[40]);
        }
    }

    @Test
    void an_io_priority_is_set() {
        for (List<String> wanted : List.of(
                List.of("IOPRIO_CLASS_BE", "best-effort: prio 6", "6"),
                List.of("IOPRIO_CLASS_RT", "realtime: prio 2", "2"),
                List.of("IOPRIO_CLASS_IDLE", "idle", "0"))) {
            try (OciBundle bundle = new OciBundle("sleep", "1000")) {
                bundle.editProcess(process -> process.putObject("ioPriority")
                        .put("class", wanted.get(0))
                        .put("priority", Integer.parseInt(wanted.get(2))));
                bundle.create("box").expect(0);
                bundle.rustyrun("start", "box").expect(0);
                String pid = bundle.state("box").get("pid").asText();
                assertEquals(
                        wanted.get(1),
                        Launcher.execute(List.of("ionice", "-p", pid), "")
                                .expect(0)
                                .out()
                                .strip());
            }
        }
    }

    @Test
    void a_memory_policy_is_set() {
        Launcher.Result result = runLinux(
                linux ->
                        linux.putObject("memoryPolicy").put("mode", "MPOL_BIND").put("nodes", "0"),
                "head -n 1 /proc/self/numa_maps");
        if (result.exitCode() == 0) {
            assertTrue(result.out().contains(" bind:0 "), result.out());
        } else {
            assertTrue(result.err().contains("built without it") || result.err().contains("numa_maps"), result.err());
        }
    }

    /** C9: a memory policy without nodes. */
    @Test
    void a_memory_policy_may_have_no_nodes() {
        for (String mode : List.of("MPOL_DEFAULT", "MPOL_LOCAL")) {
            Launcher.Result result =
                    runLinux(linux -> linux.putObject("memoryPolicy").put("mode", mode), "true");
            assertTrue(result.exitCode() == 0 || result.err().contains("built without it"), result.err());
        }
    }

    @Test
    void nodes_that_the_machine_has_not_are_refused_in_words() {
        String line = runLinux(
                        linux -> linux.putObject("memoryPolicy")
                                .put("mode", "MPOL_BIND")
                                .put("nodes", "900"),
                        "true")
                .expect(1)
                .errorLine();
        assertTrue(line.contains("set memory policy MPOL_BIND nodes 900"), line);
    }

    @Test
    void an_exec_has_the_processors_that_it_requests_and_the_first_process_has_all() {
        Assumptions.assumeTrue(
                Runtime.getRuntime().availableProcessors() > 1, "needs two processors, to leave one out");
        try (OciBundle bundle = new OciBundle("sleep", "1000")) {
            bundle.editProcess(process ->
                    process.putObject("execCPUAffinity").put("initial", "0").put("final", "1"));
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            String script = "grep Cpus_allowed_list /proc/self/status";
            assertEquals(
                    "Cpus_allowed_list:\t1\n",
                    bundle.rustyrun("exec", "box", "sh", "-c", script).expect(0).out());
            String first = Host.read("/proc/" + bundle.state("box").get("pid").asText() + "/status");
            assertTrue(!first.contains("Cpus_allowed_list:\t1\n"), first);
        }
    }

    @Test
    void a_label_of_a_missing_security_module_is_refused_by_its_name() {
        String line = runProcess(process -> process.put("apparmorProfile", "some-profile"), "true")
                .expect(1)
                .errorLine();
        assertTrue(line.contains("process.apparmorProfile"), line);
        line = runProcess(process -> process.put("selinuxLabel", "u:r:t:s0"), "true")
                .expect(1)
                .errorLine();
        assertTrue(line.contains("process.selinuxLabel"), line);
    }
}
