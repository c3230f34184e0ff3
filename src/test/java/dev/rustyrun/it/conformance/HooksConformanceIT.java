package dev.rustyrun.it.conformance;

import static dev.rustyrun.it.conformance.Conformance.hook;
import static dev.rustyrun.it.conformance.Conformance.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.it.Launcher;
import dev.rustyrun.it.NativeOnly;
import dev.rustyrun.it.OciBundle;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** runtime.md, "Lifecycle", and config.md, "POSIX-platform Hooks". Needs root and the native executable. */
@NativeOnly("the same code runs on a JVM, many times slower")
class HooksConformanceIT {

    @BeforeAll
    static void needsRootAndTheNativeExecutable() {
        Launcher.requireRoot();
    }

    /** A bundle whose directory is mounted in the container at its own path, so that all hooks can write to it. */
    private static OciBundle bundle(String... args) {
        OciBundle bundle = new OciBundle(args);
        String path = bundle.directory().toString();
        return bundle.edit(config -> Conformance.bind(config, path, path));
    }

    private static void touching(OciBundle bundle, String kind, String file) {
        bundle.edit(config -> hook(config, kind, "/bin/touch " + bundle.directory() + "/" + file));
    }

    @ParameterizedTest
    @CsvSource({
        "createRuntime,creating",
        "createContainer,creating",
        "startContainer,created",
        "poststart,running",
        "poststop,stopped"
    })
    @DisplayName("config.md, Hooks: each kind gets the state on its stdin, in the order of its list")
    void each_hook_gets_the_state_in_order(String kind, String status) {
        try (OciBundle bundle = bundle("sleep", "1000")) {
            bundle.edit(config -> hook(
                    config,
                    kind,
                    "/bin/cat > " + bundle.directory() + "/told; echo one >> " + bundle.directory() + "/order"));
            bundle.edit(config -> hook(config, kind, "echo two >> " + bundle.directory() + "/order"));
            bundle.create("box").expect(0);
            bundle.rustyrun("start", "box").expect(0);
            bundle.rustyrun("delete", "--force", "box").expect(0);
            JsonNode state = json(bundle.read("told"));
            assertEquals(status, state.get("status").textValue());
            assertEquals("box", state.get("id").textValue());
            assertEquals(bundle.directory().toString(), state.get("bundle").textValue());
            assertEquals("one\ntwo\n", bundle.read("order"));
        }
    }

    @Test
    @DisplayName("config.md, Prestart to Poststop: each kind runs at its point of the lifecycle")
    void each_kind_runs_at_its_point() {
        try (OciBundle bundle = bundle("sleep", "1000")) {
            for (String kind : List.of(
                    "prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop")) {
                touching(bundle, kind, kind);
            }
            bundle.create("box").expect(0);
            for (String kind : List.of("prestart", "createRuntime", "createContainer")) {
                assertTrue(Files.exists(bundle.file(kind)), kind);
            }
            assertFalse(Files.exists(bundle.file("startContainer")));
            assertFalse(Files.exists(bundle.file("poststart")));
            bundle.rustyrun("start", "box").expect(0);
            assertTrue(Files.exists(bundle.file("startContainer")) && Files.exists(bundle.file("poststart")));
            bundle.rustyrun("kill", "box", "KILL").expect(0);
            bundle.awaitStatus("box", "stopped");
            assertFalse(Files.exists(bundle.file("poststop")));
            bundle.rustyrun("delete", "box").expect(0);
            assertTrue(Files.exists(bundle.file("poststop")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"prestart", "createRuntime", "createContainer"})
    @DisplayName(
            "runtime.md, Lifecycle 3 to 5: one that fails ends create, the container is destroyed, poststop hooks run")
    void a_failing_hook_ends_create(String kind) {
        try (OciBundle bundle = bundle("true")) {
            bundle.edit(config -> hook(config, kind, "exit 4"));
            touching(bundle, "poststop", "stopped");
            assertTrue(bundle.create("box").expect(1).errorLine().contains("exited with 4"));
            assertEquals(List.of(), bundle.left());
            assertTrue(Files.exists(bundle.file("stopped")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"startContainer", "poststart"})
    @DisplayName("runtime.md, Lifecycle 7 and 9: one that fails makes start fail, and the container is stopped")
    void a_failing_hook_ends_start(String kind) {
        try (OciBundle bundle = bundle("sleep", "1000")) {
            bundle.edit(config -> hook(config, kind, "exit 4"));
            bundle.create("box").expect(0);
            assertTrue(bundle.rustyrun("start", "box").expect(1).errorLine().contains("exited with 4"));
            bundle.awaitStatus("box", "stopped");
        }
    }

    @Test
    @DisplayName("runtime.md, Lifecycle 13: a poststop hook that fails gives a warning, and the others still run")
    void a_failing_poststop_hook_gives_a_warning() {
        try (OciBundle bundle = bundle("true")) {
            bundle.edit(config -> hook(config, "poststop", "exit 4"));
            touching(bundle, "poststop", "second");
            bundle.create("box").expect(0);
            assertTrue(bundle.rustyrun("delete", "--force", "box")
                    .expect(0)
                    .err()
                    .contains("warning: error running poststop hook #0: /bin/sh exited with 4"));
            assertTrue(Files.exists(bundle.file("second")));
        }
    }

    @Test
    @DisplayName("config.md, Hooks: a path that is not absolute, and a timeout that is not above zero, are errors")
    void wrong_hooks_are_refused() {
        Conformance.expectRefused(
                config -> hook(config, "createRuntime", "true").put("path", "sh"), "hooks.createRuntime[0].path");
        Conformance.expectRefused(
                config -> hook(config, "poststop", "true").put("timeout", 0), "hooks.poststop[0].timeout");
    }

    @Test
    @DisplayName("config.md, Hooks: createContainer runs in the container's namespaces, createRuntime in the runtime's")
    void hooks_run_in_the_namespaces_of_their_kind() throws Exception {
        try (OciBundle bundle = bundle("true")) {
            bundle.edit(config -> {
                hook(config, "createRuntime", "/bin/readlink /proc/self/ns/mnt > " + bundle.directory() + "/runtime");
                hook(
                        config,
                        "createContainer",
                        "/bin/readlink /proc/self/ns/mnt > " + bundle.directory() + "/container");
            });
            bundle.create("box").expect(0);
            assertEquals(
                    Files.readSymbolicLink(java.nio.file.Path.of("/proc/self/ns/mnt")) + "\n", bundle.read("runtime"));
            assertFalse(bundle.read("runtime").equals(bundle.read("container")));
        }
    }
}
