package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** runtime-spec config.md, "POSIX-platform Hooks", with real containers. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class OciHooksIT {

    private static final List<String> KINDS =
            List.of("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop");

    @BeforeAll
    static void needsRoot() {
        Launcher.requireRoot();
    }

    /** Adds a hook that runs {@code script}. Its path exists on the host and in the container. */
    private static ObjectNode hook(OciBundle bundle, String kind, String script) {
        ObjectNode[] made = new ObjectNode[1];
        bundle.edit(config -> {
            made[0] = config.withObject("/hooks").withArray(kind).addObject();
            made[0].put("path", "/bin/sh").putArray("args").add("sh").add("-c").add(script);
            made[0].putArray("env").add("PATH=/bin:/usr/bin").add("KIND=" + kind);
        });
        return made[0];
    }

    /** A bundle whose directory is mounted in the container at its own path, so that all hooks can write to it. */
    private static OciBundle bundle(String... args) {
        OciBundle bundle = new OciBundle(args);
        String path = bundle.directory().toString();
        return bundle.edit(config -> config.withArray("mounts")
                .addObject()
                .put("destination", path)
                .put("type", "bind")
                .put("source", path)
                .putArray("options")
                .add("rbind"));
    }

    @Test
    void all_six_kinds_run_in_their_order_with_the_state_on_stdin() throws Exception {
        try (OciBundle bundle = bundle("sh", "-c", "echo command >> order")) {
            bundle.editProcess(process -> process.put("cwd", bundle.directory().toString()));
            String directory = bundle.directory().toString();
            for (String kind : KINDS) {
                hook(bundle, kind, "cat > " + directory + "/$KIND.json; echo $KIND >> " + directory + "/order");
            }
            bundle.create("box").expect(0);
            assertEquals("prestart\ncreateRuntime\ncreateContainer\n", bundle.read("order"));
            int pid = bundle.state("box").get("pid").intValue();
            bundle.rustyrun("start", "box").expect(0);
            bundle.awaitStatus("box", "stopped");
            bundle.rustyrun("delete", "box").expect(0);
            List<String> order = bundle.read("order").lines().toList();
            assertEquals(KINDS.subList(0, 4), order.subList(0, 4));
            assertTrue(order.indexOf("startContainer") < order.indexOf("command"), order.toString());
            assertEquals("poststop", order.get(6), order.toString());
            List<String> statuses = List.of("creating", "creating", "creating", "created", "running", "stopped");
            for (int i = 0; i < KINDS.size(); i++) {
                JsonNode state = new ObjectMapper().readTree(bundle.read(KINDS.get(i) + ".json"));
                assertEquals(statuses.get(i), state.get("status").textValue(), state.toString());
                assertEquals("box", state.get("id").textValue());
                assertEquals(directory, state.get("bundle").textValue());
                assertTrue(i == 5 || state.get("pid").intValue() == pid, state.toString());
            }
        }
    }

    @Test
    void each_kind_runs_in_the_namespaces_that_the_specification_names() {
        try (OciBundle bundle = bundle("true")) {
            String directory = bundle.directory().toString();
            for (String kind : KINDS) {
                hook(
                        bundle,
                        kind,
                        "readlink /proc/self/ns/uts > " + directory + "/$KIND.uts; ls / > " + directory + "/$KIND.ls");
            }
            Launcher.Result run =
                    bundle.rustyrun("run", "--bundle", directory, "box").expect(0);
            assertEquals("", run.err());
            String host = Launcher.execute(List.of("readlink", "/proc/self/ns/uts"), "")
                    .out();
            for (String kind : KINDS) {
                boolean inside = kind.endsWith("Container");
                assertEquals(!inside, bundle.read(kind + ".uts").equals(host), kind);
                // createContainer hooks run in the container's namespaces, but still see the runtime's files.
                assertEquals(
                        !kind.equals("startContainer"),
                        bundle.read(kind + ".ls").contains("usr\n"),
                        kind);
            }
        }
    }

    @Test
    void a_failing_hook_before_the_command_ends_the_container() {
        for (String kind : KINDS.subList(0, 3)) {
            try (OciBundle bundle = bundle("true")) {
                hook(bundle, kind, "echo broken >&2; exit 9");
                hook(bundle, "poststop", "touch " + bundle.directory() + "/stopped");
                String line = bundle.create("box").expect(1).errorLine();
                assertTrue(line.contains("error running " + kind + " hook #0: /bin/sh exited with 9: broken"), line);
                assertEquals(List.of(), bundle.left(), kind);
                assertTrue(bundle.file("stopped").toFile().exists(), kind);
            }
        }
    }

    @Test
    void a_failing_start_container_hook_fails_start_and_stops_the_container() {
        try (OciBundle bundle = bundle("touch", "/started")) {
            hook(bundle, "startContainer", "exit 9");
            bundle.create("box").expect(0);
            String line = bundle.rustyrun("start", "box").expect(1).errorLine();
            assertTrue(line.contains("error running startContainer hook #0: /bin/sh exited with 9"), line);
            bundle.awaitStatus("box", "stopped");
        }
    }

    @Test
    void a_failing_hook_after_the_start_ends_the_container() {
        try (OciBundle bundle = bundle("sleep", "1000")) {
            hook(bundle, "poststart", "exit 1");
            hook(bundle, "poststart", "touch " + bundle.directory() + "/second");
            bundle.create("box").expect(0);
            String line = bundle.rustyrun("start", "box").expect(1).errorLine();
            assertTrue(
                    line.contains("a poststart hook failed: error running poststart hook #0: /bin/sh exited with 1"),
                    line);
            assertTrue(!bundle.file("second").toFile().exists(), "the other hooks must not run");
            bundle.awaitStatus("box", "stopped");
        }
    }

    @Test
    void a_failing_hook_after_the_deletion_only_warns() {
        try (OciBundle bundle = bundle("sleep", "1000")) {
            hook(bundle, "poststop", "exit 2");
            hook(bundle, "poststop", "touch " + bundle.directory() + "/second");
            bundle.create("box").expect(0);
            assertTrue(
                    bundle.rustyrun("delete", "--force", "box").expect(0).err().contains("exited with 2"));
            assertTrue(bundle.file("second").toFile().exists(), "the other hooks must still run");
            assertEquals(List.of(), bundle.left());
        }
    }

    @Test
    void a_hook_that_takes_too_long_is_killed() {
        try (OciBundle bundle = bundle("true")) {
            hook(bundle, "createRuntime", "exec sleep 1000");
            bundle.edit(config ->
                    ((ObjectNode) config.get("hooks").get("createRuntime").get(0)).put("timeout", 1));
            String line = bundle.create("box").expect(1).errorLine();
            assertTrue(line.contains("was killed: it ran longer than 1 s"), line);
        }
    }

    @Test
    void a_hook_has_its_own_environment_and_none_of_our_descriptors() {
        try (OciBundle bundle = bundle("true")) {
            String directory = bundle.directory().toString();
            for (String kind : List.of("createRuntime", "startContainer")) {
                hook(bundle, kind, "env > " + directory + "/$KIND.env; ls /proc/self/fd > " + directory + "/$KIND.fd");
            }
            bundle.rustyrun("run", "--bundle", directory, "box").expect(0);
            for (String kind : List.of("createRuntime", "startContainer")) {
                assertTrue(
                        bundle.read(kind + ".env").lines().noneMatch(v -> v.startsWith("HOME=")),
                        bundle.read(kind + ".env"));
                assertEquals("0\n1\n2\n3\n", bundle.read(kind + ".fd"), "3 is ls's own: " + kind);
            }
        }
    }

    @Test
    void a_hook_that_names_no_environment_has_ours_and_in_the_container_the_commands() {
        try (OciBundle bundle = bundle("true")) {
            String directory = bundle.directory().toString();
            bundle.editProcess(process -> process.withArray("env").add("FOR=the command"));
            for (String kind : List.of("createRuntime", "startContainer")) {
                hook(bundle, kind, "env > " + directory + "/" + kind + ".env");
                bundle.edit(
                        config -> ((ObjectNode) config.get("hooks").get(kind).get(0)).remove("env"));
            }
            bundle.rustyrun("run", "--bundle", directory, "box").expect(0);
            assertTrue(
                    bundle.read("createRuntime.env").contains("PATH=" + System.getenv("PATH") + "\n"),
                    bundle.read("createRuntime.env"));
            assertTrue(
                    bundle.read("startContainer.env").contains("FOR=the command\n"), bundle.read("startContainer.env"));
        }
    }

    @Test
    void C10_a_hook_in_the_container_that_names_no_environment_has_the_processs_with_its_home() {
        for (String home : List.of("", "HOME=")) {
            try (OciBundle bundle = bundle("sh", "-c", "env | grep -v SHLVL | sort")) {
                bundle.editProcess(process -> {
                    var env = process.putArray("env")
                            .add("PATH=/bin:/usr/bin")
                            .add("A=1")
                            .add("A=2");
                    if (!home.isEmpty()) {
                        env.add(home);
                    }
                });
                hook(bundle, "startContainer", "env | grep -v SHLVL | sort");
                bundle.edit(config -> {
                    ObjectNode hook = (ObjectNode)
                            config.get("hooks").get("startContainer").get(0);
                    hook.remove("env");
                    ((com.fasterxml.jackson.databind.node.ArrayNode) hook.get("args"))
                            .set(2, "env | grep -v SHLVL | sort > " + bundle.directory() + "/hook.env");
                });
                Launcher.Result run = bundle.rustyrun(
                                "run", "--bundle", bundle.directory().toString(), "box")
                        .expect(0);
                assertEquals(run.out(), bundle.read("hook.env"));
                assertTrue(run.out().contains("HOME=/") && run.out().contains("A=2\n"), run.out());
                assertTrue(!run.out().contains("A=1") && !run.out().contains("HOME=\n"), run.out());
            }
        }
    }

    @Test
    void C17_a_state_that_is_longer_than_a_pipe_holds_reaches_every_hook() {
        try (OciBundle bundle = bundle("true")) {
            String directory = bundle.directory().toString();
            String long_ = "x".repeat(900_000);
            bundle.edit(config -> config.withObject("/annotations").put("long", long_));
            for (String kind : KINDS) {
                hook(bundle, kind, "tr -cd x | wc -c > " + directory + "/$KIND.count");
                // A hook that does not read the state, and one that may end before the state is written.
                hook(bundle, kind, "exec <&-; true");
                hook(bundle, kind, "true");
            }
            bundle.rustyrun("run", "--bundle", directory, "box").expect(0);
            for (String kind : KINDS) {
                assertTrue(
                        Integer.parseInt(bundle.read(kind + ".count").strip()) >= long_.length(),
                        kind + ": " + bundle.read(kind + ".count"));
            }
        }
    }

    @Test
    void C31_an_error_names_the_kind_and_the_number_of_the_hook() {
        for (String kind : KINDS) {
            try (OciBundle bundle = bundle("true")) {
                hook(bundle, kind, "true");
                hook(bundle, kind, "echo broken; exit 3");
                Launcher.Result run =
                        bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box");
                assertTrue(
                        run.err().contains("error running " + kind + " hook #1: /bin/sh exited with 3: broken"),
                        kind + ": " + run.err());
                assertEquals(kind.equals("poststop") ? 0 : 1, run.exitCode(), kind);
            }
        }
    }

    @Test
    void the_filter_holds_for_a_hook_in_the_container_as_for_its_command() {
        try (OciBundle bundle = bundle("true")) {
            bundle.edit(config -> {
                ObjectNode rule = config.withObject("/linux/seccomp")
                        .put("defaultAction", "SCMP_ACT_ALLOW")
                        .withArray("syscalls")
                        .addObject();
                rule.put("action", "SCMP_ACT_KILL_PROCESS")
                        .putArray("names")
                        .add("mkdir")
                        .add("mkdirat");
            });
            hook(bundle, "startContainer", "exec mkdir " + bundle.directory() + "/made");
            String line = bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box")
                    .expect(1)
                    .errorLine();
            assertTrue(line.contains("/bin/sh was killed by SIGSYS"), line);
            assertTrue(!bundle.file("made").toFile().exists());
        }
    }

    @Test
    void in_a_joined_PID_namespace_hooks_get_the_pid_of_the_process_that_they_see() throws Exception {
        try (Subreaper orphans = new Subreaper();
                OciBundle first = new OciBundle("/bin/sleep", "1000");
                OciBundle bundle = bundle("true")) {
            first.create("first").expect(0);
            int joined = first.state("first").get("pid").intValue();
            bundle.edit(config -> config.withObject("/linux")
                    .withArray("namespaces")
                    .forEach(namespace -> {
                        if (namespace.get("type").textValue().equals("pid")) {
                            ((ObjectNode) namespace).put("path", "/proc/" + joined + "/ns/pid");
                        }
                    }));
            String directory = bundle.directory().toString();
            for (String kind : KINDS) {
                hook(bundle, kind, "cat > " + directory + "/$KIND.json");
            }
            String uts = " $(sed 's/.*\"pid\"[^0-9]*\\([0-9]*\\).*/\\1/' " + directory + "/createRuntime.json)";
            hook(bundle, "createRuntime", "readlink /proc/" + uts.strip() + "/ns/uts > " + directory + "/uts");
            bundle.create("box").expect(0);
            int pid = bundle.state("box").get("pid").intValue();
            assertEquals(
                    Host.link(java.nio.file.Path.of("/proc/" + pid + "/ns/uts")).toString(),
                    bundle.read("uts").strip(),
                    "what hooks meet is in the container's other namespaces");
            bundle.rustyrun("start", "box").expect(0);
            bundle.awaitStatus("box", "stopped");
            for (String kind : List.of("startContainer", "poststart")) {
                JsonNode state = new ObjectMapper().readTree(bundle.read(kind + ".json"));
                assertEquals(pid, state.get("pid").intValue(), state.toString());
            }
            orphans.await(pid);
        }
    }

    /** With a startContainer hook, the filter is installed before the hook runs. */
    @Test
    void no_signal_is_ignored_with_a_hook_and_a_filter_that_refuses_to_change_that() {
        String ignored = "grep SigIgn /proc/self/status";
        try (OciBundle bundle = bundle("sh", "-c", ignored)) {
            bundle.editProcess(process -> process.put("noNewPrivileges", true));
            hook(bundle, "startContainer", ignored + " >&2");
            bundle.edit(config -> {
                ObjectNode filter = config.withObject("/linux/seccomp").put("defaultAction", "SCMP_ACT_ALLOW");
                ObjectNode rule = filter.putArray("syscalls").addObject();
                rule.putArray("names").add("rt_sigaction");
                rule.put("action", "SCMP_ACT_ERRNO");
            });
            List<String> words = new ArrayList<>(List.of("sh", "-c", "trap '' INT USR1; exec \"$0\" \"$@\""));
            words.addAll(bundle.command("run", "--bundle", bundle.directory().toString(), "ignoring"));
            Launcher.Result result = Launcher.execute(words, "").expect(0);
            assertEquals("SigIgn:\t0000000000000000\n", result.out());
        }
    }
}
