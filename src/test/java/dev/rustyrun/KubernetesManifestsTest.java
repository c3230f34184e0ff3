package dev.rustyrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.kubernetes.client.openapi.JSON;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every manifest in {@code k8s} conforms to Kubernetes' schema, and the files that kustomizations name exist. */
class KubernetesManifestsTest {

    private static final Path FOLDER = Path.of("k8s");
    private static final Map<String, String> GROUPS = Map.of(
            "DaemonSet",
            "apps/v1",
            "RuntimeClass",
            "node.k8s.io/v1",
            "NetworkPolicy",
            "networking.k8s.io/v1",
            "PodDisruptionBudget",
            "policy/v1");
    private static final String KUSTOMIZATION = "kustomization.yaml";

    private static List<JsonNode> documents(Path file) throws IOException {
        YAMLMapper mapper = new YAMLMapper();
        try (var parser = new YAMLFactory().createParser(file.toFile())) {
            return mapper.readValues(parser, JsonNode.class).readAll();
        }
    }

    private static JsonNode only(Path file) throws IOException {
        List<JsonNode> documents = documents(file);
        assertEquals(1, documents.size(), file.toString());
        return documents.get(0);
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(FOLDER)) {
            return all.filter(path -> path.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static boolean isPatch(Path file) throws IOException {
        Path kustomization = file.resolveSibling(KUSTOMIZATION);
        return Files.exists(kustomization)
                && only(kustomization)
                        .path("patches")
                        .findValuesAsText("path")
                        .contains(file.getFileName().toString());
    }

    private static String id(JsonNode object) {
        return object.path("apiVersion").asText() + " " + object.path("kind").asText() + " "
                + object.path("metadata").path("name").asText();
    }

    /** Applies a strategic merge patch: fields are merged, null removes a field, and list items are matched by name. */
    private static JsonNode merged(JsonNode target, JsonNode patch) {
        if (target instanceof ObjectNode object && patch.isObject()) {
            patch.properties().forEach(field -> {
                if (field.getValue().isNull()) {
                    object.remove(field.getKey());
                } else {
                    object.set(
                            field.getKey(),
                            object.has(field.getKey())
                                    ? merged(object.get(field.getKey()), field.getValue())
                                    : field.getValue());
                }
            });
            return object;
        }
        if (target.isArray() && patch.path(0).has("name")) {
            for (JsonNode change : patch) {
                for (JsonNode element : target) {
                    if (element.get("name").equals(change.get("name"))) {
                        merged(element, change);
                    }
                }
            }
            return target;
        }
        return patch;
    }

    /** Checks an object's fields, their types, and that required fields exist. */
    private static void check(Path file, JsonNode object) throws Exception {
        String kind = object.path("kind").asText();
        assertEquals(GROUPS.getOrDefault(kind, "v1"), object.path("apiVersion").asText(), file + ": " + kind);
        Class<?> model = Class.forName("io.kubernetes.client.openapi.models.V1" + kind);
        JsonElement json = JsonParser.parseString(object.toString());
        try {
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
            var unused = JSON.getGson().fromJson(json, model);
        } catch (InvocationTargetException e) {
            throw new AssertionError(file + ": " + e.getCause().getMessage(), e.getCause());
        }
    }

    @Test
    void every_manifest_is_one_by_the_schema() throws Exception {
        Set<String> kinds = new TreeSet<>();
        for (Path file : files()) {
            if (!file.endsWith(KUSTOMIZATION) && !isPatch(file)) {
                for (JsonNode object : documents(file)) {
                    check(file, object);
                    kinds.add(object.get("kind").textValue());
                }
            }
        }
        assertTrue(
                kinds.containsAll(Set.of(
                        "Pod",
                        "DaemonSet",
                        "Service",
                        "ServiceAccount",
                        "NetworkPolicy",
                        "Secret",
                        "Namespace",
                        "RuntimeClass")),
                kinds.toString());
    }

    @Test
    void a_field_that_is_not_in_the_schema_or_has_a_wrong_type_is_noticed() throws Exception {
        String pod = Files.readString(FOLDER.resolve("base/sidecar/pod.yaml"));
        for (String wrong : List.of(
                pod.replace("readOnlyRootFilesystem", "readonlyRootFilesystem"),
                pod.replace("periodSeconds: 30", "periodSeconds: often"),
                pod.replace("  containers:", "  contaners:"))) {
            assertFalse(wrong.equals(pod));
            boolean passed = true;
            try {
                check(Path.of("changed"), new YAMLMapper().readTree(wrong));
            } catch (AssertionError | RuntimeException expected) {
                passed = false;
            }
            assertFalse(passed, wrong);
        }
    }

    /** All objects of a kustomization, before its patches are applied. */
    private static List<JsonNode> resources(Path folder) throws IOException {
        List<JsonNode> found = new ArrayList<>();
        for (JsonNode resource : only(folder.resolve(KUSTOMIZATION)).path("resources")) {
            Path path = folder.resolve(resource.textValue());
            found.addAll(Files.isDirectory(path) ? resources(path) : documents(path));
        }
        return found;
    }

    @Test
    void kustomizations_name_existing_files_and_patches_change_existing_objects() throws Exception {
        int patches = 0;
        for (Path file :
                files().stream().filter(path -> path.endsWith(KUSTOMIZATION)).toList()) {
            List<JsonNode> resources = resources(file.getParent());
            assertEquals(
                    resources.size(),
                    resources.stream()
                            .map(KubernetesManifestsTest::id)
                            .distinct()
                            .count(),
                    file.toString());
            for (JsonNode entry : only(file).path("patches")) {
                patches++;
                JsonNode patch = only(file.getParent().resolve(entry.get("path").textValue()));
                JsonNode target = resources.stream()
                        .filter(object -> id(object).equals(id(patch)))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(file + ": nothing is called " + id(patch)));
                assertTrue(containers(target).containsAll(containers(patch)), file + ": " + containers(patch));
                String before = target.toString();
                check(file, merged(target, patch));
                assertFalse(before.equals(target.toString()), file + ": the patch changes nothing");
            }
        }
        assertEquals(2, patches);
    }

    private static JsonNode podSpec(JsonNode object) {
        JsonNode spec = object.path("spec");
        return spec.has("template") ? spec.get("template").get("spec") : spec;
    }

    private static Set<String> containers(JsonNode object) {
        Set<String> names = new TreeSet<>();
        podSpec(object)
                .path("containers")
                .forEach(container -> names.add(container.get("name").textValue()));
        return names;
    }

    @Test
    void nothing_but_the_overlay_is_privileged_and_no_pod_can_talk_to_the_cluster() throws IOException {
        for (String name : List.of("base/sidecar/pod.yaml", "base/node/daemonset.yaml")) {
            JsonNode pod = podSpec(only(FOLDER.resolve(name)));
            assertFalse(pod.get("automountServiceAccountToken").booleanValue(), name);
            for (String field : List.of("hostNetwork", "hostPID", "hostIPC")) {
                assertTrue(pod.path(field).isMissingNode(), name);
            }
            pod.get("volumes")
                    .forEach(volume -> assertTrue(volume.path("hostPath").isMissingNode(), name));
            for (JsonNode container : pod.get("containers")) {
                JsonNode security = container.get("securityContext");
                assertTrue(security.path("privileged").isMissingNode(), name);
                assertEquals(
                        "[\"ALL\"]", security.get("capabilities").get("drop").toString(), name);
                assertTrue(security.get("readOnlyRootFilesystem").booleanValue(), name);
                assertTrue(container.get("resources").has("requests"), name);
            }
        }
    }

    @Test
    void the_sidecars_service_is_on_no_port_and_the_nodes_only_behind_tokens() throws IOException {
        JsonNode sidecar = podSpec(only(FOLDER.resolve("base/sidecar/pod.yaml")))
                .get("containers")
                .get(1);
        assertEquals("rustyrun", sidecar.get("name").textValue());
        assertTrue(sidecar.path("ports").isMissingNode());
        assertFalse(sidecar.get("args").toString().matches(".*--(host|port|management-host).*"));
        JsonNode node = podSpec(only(FOLDER.resolve("base/node/daemonset.yaml")))
                .get("containers")
                .get(0);
        assertTrue(node.get("args").toString().contains("--token-file=/tokens/tokens"));
        assertEquals(
                0400,
                podSpec(only(FOLDER.resolve("base/node/daemonset.yaml")))
                        .get("volumes")
                        .get(0)
                        .get("secret")
                        .get("defaultMode")
                        .intValue());
        // The placeholder in the Secret is too short for a token: TokenFile requires 16 characters.
        String placeholder = only(FOLDER.resolve("base/node/token-secret.yaml"))
                .get("stringData")
                .get("tokens")
                .textValue();
        assertTrue(placeholder.strip().split(" ")[1].length() < 16, placeholder);
    }
}
