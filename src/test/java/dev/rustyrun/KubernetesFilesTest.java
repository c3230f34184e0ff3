package dev.rustyrun;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The files in {@code k8s} are consistent and have the intended settings. */
class KubernetesFilesTest {

    private static final Path FOLDER = Path.of("k8s");

    private static JsonNode yaml(String name) throws IOException {
        return new YAMLMapper().readTree(FOLDER.resolve(name).toFile());
    }

    private static String text(String name) throws IOException {
        return Files.readString(FOLDER.resolve(name));
    }

    @Test
    void the_runtime_class_names_the_runtime_of_the_engines_configurations() throws IOException {
        JsonNode runtimeClass = yaml("runtimeclass.yaml");
        assertEquals(
                "node.k8s.io/v1 RuntimeClass",
                runtimeClass.get("apiVersion").textValue() + " "
                        + runtimeClass.get("kind").textValue());
        String handler = runtimeClass.get("handler").textValue();
        for (String file : List.of("node/containerd-1.toml", "node/containerd-2.toml", "node/crio.conf")) {
            assertTrue(text(file).contains("runtimes." + handler + "]"), file);
            assertTrue(
                    text(file).contains("\"/opt/rustyrun/rustyrun\"")
                            || text(file).contains("'/opt/rustyrun/rustyrun'"),
                    file);
        }
        assertEquals(
                runtimeClass.get("metadata").get("name"),
                yaml("pod-with-runtimeclass.yaml").get("spec").get("runtimeClassName"));
    }

    @Test
    void the_installer_copies_what_the_image_has_to_where_the_configurations_look() throws IOException {
        JsonNode pod =
                yaml("installer-daemonset.yaml").get("spec").get("template").get("spec");
        JsonNode program = pod.get("initContainers").get(0);
        String script = program.get("args").get(0).textValue();
        String image = Files.readString(Path.of("src/main/docker/Dockerfile.native"));
        for (String file : List.of("rustyrun", "libjffi-1.2.so")) {
            assertTrue(script.contains(file) && image.contains("target/" + file), file);
        }
        assertTrue(image.contains("/opt/rustyrun/"), "the installer copies from this folder");
        List<String> hostPaths = new ArrayList<>();
        pod.get("volumes")
                .forEach(volume ->
                        hostPaths.add(volume.path("hostPath").path("path").asText()));
        assertEquals(List.of("/opt/rustyrun", "/etc/containerd", ""), hostPaths);
    }

    @Test
    void no_container_of_the_installer_is_privileged_or_can_talk_to_the_cluster() throws IOException {
        JsonNode pod =
                yaml("installer-daemonset.yaml").get("spec").get("template").get("spec");
        assertFalse(pod.get("automountServiceAccountToken").booleanValue());
        for (String kind : List.of("initContainers", "containers")) {
            for (JsonNode container : pod.get(kind)) {
                JsonNode security = container.get("securityContext");
                assertFalse(
                        security.path("privileged").asBoolean(),
                        container.get("name").textValue());
                assertEquals(
                        "[\"ALL\"]", security.get("capabilities").get("drop").toString());
                assertTrue(security.get("readOnlyRootFilesystem").booleanValue());
            }
        }
    }

    @Test
    void the_installers_scripts_are_shell() throws Exception {
        for (JsonNode container : yaml("installer-daemonset.yaml")
                .get("spec")
                .get("template")
                .get("spec")
                .get("initContainers")) {
            Process shell = new ProcessBuilder(
                            "sh", "-n", "-c", container.get("args").get(0).textValue())
                    .redirectErrorStream(true)
                    .start();
            assertEquals("", new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            assertEquals(0, shell.waitFor());
        }
    }

    @Test
    void containerd_takes_its_configuration() throws Exception {
        Process which = new ProcessBuilder("sh", "-c", "containerd --version | grep -q ' 1\\.'").start();
        Assumptions.assumeTrue(
                which.waitFor(10, TimeUnit.SECONDS) && which.exitValue() == 0,
                "needs containerd 1.x to read the file; CI installs it");
        Process dump = new ProcessBuilder(
                        "containerd",
                        "--config",
                        FOLDER.resolve("node/containerd-1.toml").toString(),
                        "config",
                        "dump")
                .start();
        String out = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, dump.waitFor());
        assertTrue(
                out.contains("runtimes.rustyrun.options]\n            BinaryName = \"/opt/rustyrun/rustyrun\""), out);
    }
}
