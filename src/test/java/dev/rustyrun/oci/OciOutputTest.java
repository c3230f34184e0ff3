package dev.rustyrun.oci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.engine.FeaturesJson;
import dev.rustyrun.engine.SpecTemplate;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.IdMapping;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecDefaults;
import dev.rustyrun.spec.SpecValidator;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Output in the specification's formats: template, features and state. */
class OciOutputTest {

    private static Spec read(String template) {
        ConfigJson.Config config =
                ConfigJson.read(template, Path.of("/bundle"), new HostFeatures(false, false, false, 022));
        assertEquals(List.of(), config.warnings());
        SpecValidator.check(config.spec());
        return config.spec();
    }

    @Test
    void the_template_is_a_container_with_the_default_file_systems() {
        Spec spec = read(SpecTemplate.privileged(true));
        assertEquals(new Spec.Root("/bundle/rootfs", true), spec.root());
        assertEquals(List.of("sh"), spec.process().args());
        assertTrue(spec.process().terminal() && spec.process().noNewPrivileges());
        assertEquals(
                Set.of(Capability.CAP_AUDIT_WRITE, Capability.CAP_KILL, Capability.CAP_NET_BIND_SERVICE),
                spec.process().capabilities().permitted());
        List<Spec.Mount> mounts = new ArrayList<>(spec.mounts());
        assertEquals("cgroup", mounts.remove(mounts.size() - 1).type());
        assertEquals(SpecDefaults.MOUNTS, mounts);
        assertEquals(SpecDefaults.MASKED_PATHS, spec.linux().maskedPaths());
        assertEquals(SpecDefaults.READONLY_PATHS, spec.linux().readonlyPaths());
        assertEquals(1, spec.linux().resources().devices().size());
        assertFalse(spec.linux().has(NamespaceType.USER));
        assertTrue(spec.linux().isNew(NamespaceType.NETWORK));
    }

    @Test
    void the_rootless_template_maps_the_user_and_needs_no_rights_on_the_host() {
        Spec spec = read(SpecTemplate.rootless(1000, 1001));
        assertEquals(List.of(new IdMapping(0, 1000, 1)), spec.linux().uidMappings());
        assertEquals(List.of(new IdMapping(0, 1001, 1)), spec.linux().gidMappings());
        assertTrue(spec.linux().isNew(NamespaceType.USER));
        assertFalse(spec.linux().has(NamespaceType.NETWORK));
        assertTrue(spec.linux().resources().isEmpty());
        assertTrue(spec.mounts().stream().noneMatch(mount -> mount.options().contains("gid=5")));
        assertTrue(spec.mounts()
                .contains(new Spec.Mount(
                        "/sys", "bind", "/sys", List.of("rbind", "rnosuid", "rnoexec", "rnodev", "rro"))));
    }

    /** The fields and types that features-schema.json of the specification requires. */
    @Test
    void the_features_have_the_specifications_structure() {
        JsonNode features = JsonText.tree("features", FeaturesJson.write("1.2.3"));
        assertTrue(features.get("ociVersionMin").textValue().matches("1\\.\\d+\\.\\d+"));
        assertTrue(features.get("ociVersionMax").textValue().matches("1\\.\\d+\\.\\d+"));
        assertEquals(6, words(features.get("hooks")).size());
        assertTrue(words(features.get("mountOptions")).containsAll(List.of("ro", "rro", "idmap", "remount")));
        JsonNode linux = features.get("linux");
        assertEquals(8, words(linux.get("namespaces")).size());
        assertTrue(words(linux.get("capabilities")).contains("CAP_CHECKPOINT_RESTORE"));
        for (String field : List.of("v1", "v2", "systemd", "systemdUser", "rdma")) {
            assertTrue(linux.get("cgroup").get(field).isBoolean(), field);
        }
        JsonNode seccomp = linux.get("seccomp");
        assertTrue(seccomp.get("enabled").booleanValue());
        assertTrue(words(seccomp.get("actions")).contains("SCMP_ACT_ERRNO"));
        assertTrue(words(seccomp.get("operators")).contains("SCMP_CMP_MASKED_EQ"));
        assertTrue(words(seccomp.get("archs")).contains("SCMP_ARCH_X86_64"));
        assertTrue(words(seccomp.get("knownFlags")).containsAll(words(seccomp.get("supportedFlags"))));
        assertFalse(linux.get("intelRdt").get("enabled").booleanValue());
        assertTrue(linux.get("netDevices").get("enabled").booleanValue());
        assertTrue(linux.get("mountExtensions").get("idmap").get("enabled").booleanValue());
        assertEquals(
                "1.2.3",
                features.get("annotations").get(FeaturesJson.VERSION_ANNOTATION).textValue());
        assertTrue(words(features.get("potentiallyUnsafeConfigAnnotations")).contains(Spec.EPHEMERAL_ANNOTATION));
    }

    private static List<String> words(JsonNode array) {
        assertTrue(array.isArray());
        List<String> words = new ArrayList<>();
        array.forEach(word -> words.add(word.textValue()));
        return words;
    }

    /**
     * state-schema.json: the version is a SemVer, the pid is at least 0; version, id, status and bundle are required.
     */
    @ParameterizedTest
    @EnumSource(
            value = ContainerStatus.class,
            names = {"CREATING", "CREATED", "RUNNING", "PAUSED", "STOPPED"})
    void a_state_is_as_the_schema_wants_it(ContainerStatus status) {
        String text = StateJson.write("c1", status, 4711, "/b", Map.of("k", "v\n", "a", ""));
        assertEquals(1, text.lines().count());
        JsonNode state = JsonText.tree("state", text);
        assertTrue(state.get("ociVersion")
                .textValue()
                .matches("(0|[1-9]\\d*)\\.(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[0-9A-Za-z.-]+)?(\\+[0-9A-Za-z.-]+)?"));
        assertEquals("c1", state.get("id").textValue());
        assertTrue(List.of("creating", "created", "running", "stopped", "paused")
                .contains(state.get("status").textValue()));
        assertEquals("/b", state.get("bundle").textValue());
        assertEquals(status != ContainerStatus.STOPPED, state.has("pid"));
        assertTrue(!state.has("pid")
                || state.get("pid").isIntegralNumber() && state.get("pid").intValue() >= 0);
        state.get("annotations").forEach(value -> assertTrue(value.isTextual()));
        assertEquals("v\n", state.get("annotations").get("k").textValue());
    }

    @Test
    void a_state_that_breaks_the_schema_is_refused() {
        assertThrows(InvalidSpecException.class, () -> StateJson.write("", ContainerStatus.STOPPED, 0, "/b", Map.of()));
        assertThrows(InvalidSpecException.class, () -> StateJson.write("c", ContainerStatus.STOPPED, 0, "b", Map.of()));
        assertThrows(
                InvalidSpecException.class, () -> StateJson.write("c", ContainerStatus.RUNNING, 0, "/b", Map.of()));
        assertFalse(StateJson.write("c", ContainerStatus.CREATING, 0, "/b", Map.of())
                .contains("pid"));
    }
}
