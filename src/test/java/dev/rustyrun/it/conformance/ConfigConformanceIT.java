package dev.rustyrun.it.conformance;

import static dev.rustyrun.it.conformance.Conformance.expectRefused;
import static dev.rustyrun.it.conformance.Conformance.json;
import static dev.rustyrun.it.conformance.Conformance.output;
import static dev.rustyrun.it.conformance.Conformance.process;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.it.Launcher;
import dev.rustyrun.it.NativeOnly;
import dev.rustyrun.it.OciBundle;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** config.md, without its hooks. Needs root and the native executable. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ConfigConformanceIT {

    @BeforeAll
    static void needsRootAndTheNativeExecutable() {
        Launcher.requireRoot();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.0", "v1.0.0", "2.0.0", ""})
    @DisplayName(
            "config.md, Specification version: a version that is not SemVer, or has another major number, is an error")
    void versions_are_semver(String version) {
        expectRefused(config -> config.put("ociVersion", version), "ociVersion");
    }

    @Test
    @DisplayName(
            "config.md, Root: it is required, and must be a directory that is there; a relative one is in the bundle")
    void root_is_a_directory() throws IOException {
        expectRefused(config -> config.remove("root"), "root is missing");
        expectRefused(
                config -> ((ObjectNode) config.get("root")).put("path", "/no/such/directory"), "/no/such/directory");
        try (OciBundle bundle = new OciBundle("true")) {
            Files.createSymbolicLink(bundle.file("rootfs"), Launcher.busybox());
            bundle.edit(config -> ((ObjectNode) config.get("root")).put("path", "rootfs"));
            Conformance.run(bundle).expect(0);
        }
    }

    @Test
    @DisplayName("config.md, Root: readonly makes it read-only inside")
    void root_is_read_only_when_asked_for() {
        assertEquals(
                "refused\n",
                output(
                        config -> ((ObjectNode) config.get("root")).put("readonly", true),
                        "touch /x 2>/dev/null || echo refused"));
    }

    @Test
    @DisplayName("config.md, Mounts: they are mounted in the listed order")
    void mounts_are_in_order() {
        assertEquals(
                "/a\n/a/b\n",
                output(
                        config -> {
                            for (String target : List.of("/tmp/a", "/tmp/a/b")) {
                                config.withArray("mounts")
                                        .addObject()
                                        .put("destination", target)
                                        .put("type", "tmpfs")
                                        .put("source", "tmpfs");
                            }
                        },
                        "grep -o ' /tmp/a[^ ]*' /proc/self/mountinfo | sed 's, /tmp,,'"),
                "the second is on the first");
    }

    @Test
    @DisplayName("config.md, Mounts: bind mounts by their options, with sources relative to the bundle")
    void bind_mounts_are_known_by_their_options() throws IOException {
        try (OciBundle bundle = new OciBundle("cat", "/tmp/bound/file")) {
            Files.createDirectory(bundle.file("data"));
            Files.writeString(bundle.file("data").resolve("file"), "mine\n");
            bundle.edit(config -> config.withArray("mounts")
                    .addObject()
                    .put("destination", "/tmp/bound")
                    .put("type", "none")
                    .put("source", "data")
                    .putArray("options")
                    .add("bind")
                    .add("ro"));
            assertEquals("mine\n", Conformance.run(bundle).expect(0).out());
        }
    }

    @Test
    @DisplayName("config.md, Process: cwd is required and absolute; args has one entry at least")
    void cwd_and_args_are_checked() {
        expectRefused(config -> process(config).put("cwd", "tmp"), "process.cwd");
        expectRefused(config -> process(config).remove("cwd"), "process.cwd");
        expectRefused(config -> process(config).putArray("args"), "process.args");
        assertEquals("/tmp\n", output(config -> process(config).put("cwd", "/tmp"), "pwd"));
    }

    @Test
    @DisplayName("config.md, Process: consoleSize is ignored without a terminal")
    void a_console_size_without_a_terminal_is_ignored() {
        assertEquals(
                "ran\n",
                output(config -> process(config).putObject("consoleSize").put("height", -1), "echo ran"));
    }

    @Test
    @DisplayName("config.md, Process: args is searched for in the container's PATH, and env is the whole environment")
    void env_is_the_environment() {
        assertEquals(
                "A=b\nPATH=/bin\n",
                output(
                        config ->
                                process(config).putArray("env").add("PATH=/bin").add("A=b"),
                        "env | grep -v ^SHLVL | grep -v ^PWD | grep -v ^OLDPWD | grep -v ^HOME | sort"));
    }

    @Test
    @DisplayName("config.md, POSIX process: rlimits are what getrlimit says; unknown and repeated ones are errors")
    void rlimits_are_set() {
        assertEquals(
                "123\n456\n",
                output(
                        config -> process(config)
                                .set("rlimits", json("[{'type': 'RLIMIT_NOFILE', 'soft': 123, 'hard': 456}]")),
                        "ulimit -Sn; ulimit -Hn"));
        expectRefused(
                config -> process(config).set("rlimits", json("[{'type': 'RLIMIT_NONE', 'soft': 1, 'hard': 1}]")),
                "process.rlimits[0].type");
        expectRefused(
                config -> process(config)
                        .set(
                                "rlimits",
                                json("[{'type': 'RLIMIT_CORE', 'soft': 1, 'hard': 1},"
                                        + "{'type': 'RLIMIT_CORE', 'soft': 1, 'hard': 1}]")),
                "process.rlimits[1].type");
    }

    @Test
    @DisplayName("config.md, Linux process: capabilities are set; an unknown one gives a warning and is no error")
    void capabilities_are_set() {
        try (OciBundle bundle = new OciBundle("grep", "CapBnd", "/proc/self/status")) {
            bundle.editProcess(
                    process -> process.set("capabilities", json("{'bounding': ['CAP_KILL', 'CAP_NO_SUCH']}")));
            Launcher.Result result = Conformance.run(bundle).expect(0);
            assertEquals("CapBnd:\t0000000000000020\n", result.out());
            assertTrue(result.err().contains("warning") && result.err().contains("CAP_NO_SUCH"), result.err());
        }
    }

    @Test
    @DisplayName("config.md, Linux process: oomScoreAdj is set when it is given, and otherwise unchanged")
    void oom_score_is_set_or_left() throws IOException {
        assertEquals(
                "123\n", output(config -> process(config).put("oomScoreAdj", 123), "cat /proc/self/oom_score_adj"));
        assertEquals(
                Files.readString(java.nio.file.Path.of("/proc/self/oom_score_adj")),
                output(config -> process(config).remove("oomScoreAdj"), "cat /proc/self/oom_score_adj"));
    }

    @Test
    @DisplayName("config.md, Linux process: noNewPrivileges is set")
    void no_new_privileges_is_set() {
        for (boolean wanted : List.of(true, false)) {
            assertEquals(
                    "NoNewPrivs:\t" + (wanted ? 1 : 0) + "\n",
                    output(
                            config -> process(config).put("noNewPrivileges", wanted),
                            "grep NoNewPrivs /proc/self/status"));
        }
    }

    @Test
    @DisplayName("config.md, User: uid, gid, umask and additionalGids are the process's")
    void the_user_is_set() {
        assertEquals(
                "5 6 6 7 8\n0027\n",
                output(
                        config -> process(config)
                                .set("user", json("{'uid': 5, 'gid': 6, 'umask': 23, 'additionalGids': [7, 8]}")),
                        "echo $(id -u) $(id -g) $(id -G); umask"));
    }

    @Test
    @DisplayName("config.md, Hostname and Domainname: they are those of the container's uts namespace")
    void names_are_set() {
        assertEquals(
                "box\nexample\n",
                output(
                        config -> config.put("hostname", "box").put("domainname", "example"),
                        "hostname; cat /proc/sys/kernel/domainname"));
    }

    @Test
    @DisplayName("config.md, Annotations: unknown keys are no error; values are strings, keys are not empty")
    void annotations_are_a_map_of_strings() {
        assertEquals(
                "ran\n", output(config -> config.putObject("annotations").put("org.nobody.knows", ""), "echo ran"));
        expectRefused(config -> config.putObject("annotations").put("a", 1), "annotations.a");
        expectRefused(config -> config.putObject("annotations").put("", "x"), "annotations");
    }

    @Test
    @DisplayName("config.md, Extensibility: unknown properties are ignored, at each level")
    void unknown_properties_are_ignored() {
        assertEquals(
                "ran\n",
                output(
                        config -> {
                            for (ObjectNode level :
                                    List.of(config, process(config), (ObjectNode) config.get("linux"), (ObjectNode)
                                            config.get("root"))) {
                                level.putObject("nobodyKnows").put("x", 1);
                            }
                        },
                        "echo ran"));
    }

    @Test
    @DisplayName("config.md, Valid values: a wrong value is an error")
    void wrong_values_are_errors() {
        expectRefused(config -> process(config).put("terminal", "yes"), "process.terminal");
        expectRefused(config -> ((ObjectNode) process(config).get("user")).put("uid", -1), "process.user.uid");
        expectRefused(config -> config.put("mounts", "none"), "mounts");
    }
}
