package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.rustyrun.spec.Capability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Builds and runs the images of src/main/docker with podman and the manifest of k8s/base/sidecar: the JVM image with
 * the JVM launcher, the native images with the native executable. Needs root, podman, runc and debootstrap.
 */
@NativeOnly("the same code runs on a JVM, many times slower")
class ImagesIT {

    private static final String ROOT = "/root-file-systems";

    private static ImageStore store;
    private static String image;

    @BeforeAll
    static void build() throws IOException {
        store = ImageStore.open();
        store.importBase();
        image = Launcher.isNative() ? ImageStore.MICRO : ImageStore.JVM;
        if (Launcher.isNative()) {
            Path base = Launcher.baseDirectory();
            Launcher.execute(
                            List.of(
                                    base.resolve("src/main/scripts/collect-libraries")
                                            .toString(),
                                    base.resolve("target/rustyrun").toString(),
                                    base.resolve("target/jdklib").toString()),
                            "")
                    .expect(0);
            store.build("Dockerfile.native-micro", ImageStore.MICRO);
            store.build("Dockerfile.native", ImageStore.DEBIAN);
        } else {
            store.build("Dockerfile.jvm", ImageStore.JVM);
        }
    }

    @AfterAll
    static void removeAll() {
        if (store != null) {
            store.close();
        }
    }

    @AfterEach
    void removeContainers() {
        store.podman("rm", "--all", "--force", "--time", "10");
    }

    private static void needsNative(String why) {
        Assumptions.assumeTrue(Launcher.isNative(), why + ": runs against the native executable");
    }

    /** {@code podman run} with the root file systems and, for the image that needs one, a Java runtime. */
    private static List<String> run(List<String> options, String ofImage, List<String> words) {
        List<String> all = store.podmanCommand(
                "run", "--pull", "never", "-v", Launcher.busybox().getParent() + ":" + ROOT);
        if (ofImage.equals(ImageStore.JVM)) {
            String java = System.getProperty("java.home");
            all.addAll(List.of("-v", java + ":" + java + ":ro", "-e", "JAVA_HOME=" + java));
            if (Files.exists(Path.of("/etc/java-17-openjdk"))) {
                // Debian's Java runtime has symbolic links to its settings there.
                all.addAll(List.of("-v", "/etc/java-17-openjdk:/etc/java-17-openjdk:ro"));
            }
        }
        all.addAll(options);
        all.add(ofImage);
        all.addAll(words);
        return all;
    }

    private static Launcher.Result once(List<String> options, String... words) {
        List<String> all = new ArrayList<>(options);
        all.addAll(List.of("--rm", "--no-healthcheck"));
        return Launcher.execute(run(all, image, List.of(words)), "");
    }

    /** Starts a service and waits until the health check of its image succeeds. */
    private static void serve(List<String> options, List<String> words) {
        List<String> all = new ArrayList<>(List.of("--detach", "--name", "service"));
        all.addAll(options);
        Launcher.execute(run(all, image, words), "").expect(0);
        Host.eventually(
                "the service is healthy",
                () -> health().exitCode() == 0,
                () -> health().out() + store.podman("logs", "service"));
    }

    private static Launcher.Result health() {
        return store.podman("healthcheck", "run", "service");
    }

    private static String pid() {
        return store.podman("inspect", "--format", "{{.State.Pid}}", "service")
                .expect(0)
                .out()
                .strip();
    }

    /**
     * Sends {@code POST /v1/run} from inside the service's network namespace, by a program that is not part of
     * Rustyrun.
     */
    private static JsonNode post(String body) throws IOException {
        return new ObjectMapper()
                .readTree(Launcher.execute(
                                List.of(
                                        "nsenter",
                                        "-t",
                                        pid(),
                                        "-n",
                                        "busybox",
                                        "wget",
                                        "-q",
                                        "-O",
                                        "-",
                                        "--header",
                                        "Content-Type: application/json",
                                        "--post-data",
                                        body,
                                        "http://127.0.0.1:8080/v1/run"),
                                "")
                        .expect(0)
                        .out());
    }

    @Test
    void the_image_runs_doctor_and_a_container_inside_its_own() {
        assertTrue(once(List.of("--privileged"), "doctor").expect(0).out().contains("namespaces: pid: can be made"));
        Launcher.Result result = once(
                        List.of("--privileged"),
                        "run",
                        "--rootfs",
                        ROOT + "/busybox-rootfs",
                        "--memory",
                        "64m",
                        "--command",
                        "/bin/sh",
                        "-c",
                        "hostname; echo $$")
                .expect(0);
        assertEquals("rustyrun-container\n1\n", result.out());
    }

    @Test
    void serve_in_a_container_answers_over_http_and_the_image_is_its_client_as_an_ordinary_user() throws Exception {
        serve(List.of("--privileged"), List.of("serve"));
        JsonNode answer = post("{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\", \"hostname; exit 3\"]}");
        assertEquals(
                "3 rustyrun-container\n",
                answer.get("exitCode") + " " + answer.get("stdout").get("text").textValue());
        assertEquals(
                "client\n",
                once(
                                List.of("--network", "container:service", "--user", "65534", "--cap-drop", "all"),
                                "--host",
                                "http://127.0.0.1:8080",
                                "run",
                                "--rootfs",
                                "busybox",
                                "--command",
                                "echo",
                                "client")
                        .expect(0)
                        .out());
    }

    @Test
    void the_image_has_labels_and_a_health_check() throws IOException {
        JsonNode config = new ObjectMapper()
                .readTree(store.podman("image", "inspect", image).expect(0).out())
                .get(0);
        JsonNode labels = config.get("Labels");
        assertEquals(
                "rustyrun 0.1.0 Apache-2.0",
                labels.path("org.opencontainers.image.title").asText() + " "
                        + labels.path("org.opencontainers.image.version").asText() + " "
                        + labels.path("org.opencontainers.image.licenses").asText());
        assertEquals(
                "[\"CMD\",\"/usr/local/bin/rustyrun\",\"health\"]",
                config.findValue("Healthcheck").get("Test").toString());
    }

    /** The settings that the sidecar's manifest gives its container, as podman options. */
    private static List<String> leastPrivilege() throws IOException {
        JsonNode security = ImageStore.manifestContainer("rustyrun").get("securityContext");
        assertEquals(
                "[\"ALL\"] Unconfined",
                security.get("capabilities").get("drop") + " "
                        + security.get("seccompProfile").get("type").textValue());
        return List.of(
                "--cap-drop",
                "all",
                "--cap-add",
                String.join(",", ImageStore.texts(security.get("capabilities").get("add"))),
                "--security-opt",
                "seccomp=unconfined",
                "--security-opt",
                "apparmor=unconfined",
                "--read-only",
                "--tmpfs",
                "/run",
                "--tmpfs",
                "/tmp",
                "--tmpfs",
                "/data",
                "-v",
                store.folder() + "/tmp:/socket");
    }

    private static Launcher.Result client(String... words) {
        List<String> all = Launcher.command("--host", "unix://" + store.folder() + "/tmp/rustyrun.sock");
        all.addAll(List.of(words));
        return Launcher.execute(all, "");
    }

    private static Launcher.Result sh(String script, String... options) {
        List<String> words = new ArrayList<>(List.of("run", "--rootfs", "busybox"));
        words.addAll(List.of(options));
        words.addAll(List.of("--command", "/bin/sh", "-c", script));
        return client(words.toArray(String[]::new));
    }

    @Test
    void the_manifests_least_privilege_is_enough_for_all_that_requests_can_ask_for() throws Exception {
        needsNative("it executes further commands in a container");
        serve(
                leastPrivilege(),
                ImageStore.texts(ImageStore.manifestContainer("rustyrun").get("args")));
        long mask = 0;
        for (JsonNode name : ImageStore.manifestContainer("rustyrun")
                .get("securityContext")
                .get("capabilities")
                .get("add")) {
            mask |= 1L << Capability.named(name.textValue()).ordinal();
        }
        assertTrue(
                Host.read("/proc/" + pid() + "/status").contains(String.format("CapBnd:\t%016x\n", mask)),
                "no more than those");
        String usual =
                sh("hostname; id -u; ip addr show lo | grep -c 127.0.0.1; cat /proc/self/cgroup | wc -l; head -c 3 /dev/zero"
                                + " | wc -c; touch /here; grep -E 'CapEff|Seccomp:|NoNewPrivs' /proc/self/status")
                        .expect(0)
                        .out();
        assertTrue(usual.startsWith("rustyrun-container\n0\n1\n") && usual.contains("Seccomp:\t2"), usual);
        assertEquals("1000\n", sh("id -u", "--user", "1000").expect(0).out());
        assertTrue(sh("dd if=/dev/zero of=/dev/shm/x bs=1M count=60", "--memory", "16m")
                .expect(137)
                .err()
                .contains("out of memory"));
        sh("for i in 1 2 3 4 5 6; do sleep 5 & done; exit 0", "--pids-limit", "4");
        assertEquals("1\n", sh("ls /proc | grep -c '^1$'", "--init").expect(0).out());
        String id = client("run", "--detach", "--rootfs", "busybox", "--user", "1000", "--command", "sleep", "1000")
                .expect(0)
                .out()
                .strip();
        assertEquals("in\n", client("exec", id, "echo", "in").expect(0).out());
        client("pause", id).expect(0);
        client("resume", id).expect(0);
        client("delete", "--force", id).expect(0);
    }

    @Test
    void without_the_capability_the_health_check_says_why_it_is_not_ready() {
        List<String> words =
                run(List.of("--detach", "--name", "service", "--cap-drop", "all"), image, List.of("serve"));
        Launcher.execute(words, "").expect(0);
        Host.eventually(
                "it says so",
                () -> store.podman("exec", "service", "/usr/local/bin/rustyrun", "health")
                        .err()
                        .contains("not ready: http://127.0.0.1:9000 answers 503: namespaces: "),
                () -> store.podman("exec", "service", "/usr/local/bin/rustyrun", "health"));
        assertEquals(1, health().exitCode());
        store.podman("exec", "service", "/usr/local/bin/rustyrun", "health", "--live")
                .expect(0);
    }

    @Test
    void the_sidecars_manifest_plays_and_the_application_gets_its_answer() throws IOException {
        needsNative("the manifest's images are the native ones");
        store.importBusybox();
        store.play(ImageStore.manifest());
        try {
            String app = "app-with-rustyrun-app";
            Host.eventually(
                    "the application has its answer",
                    () -> store.podman("logs", app).out().contains("goes on"),
                    () -> store.podman("logs", app) + "\n" + store.podman("logs", "app-with-rustyrun-rustyrun")
                            + store.podman("ps", "-a"));
            assertEquals(
                    "hello from rustyrun-container, pid 1, user 1000\nthe application goes on\n",
                    store.podman("logs", app).out());
            String status = store.podman("exec", app, "grep", "-E", "^(Uid|CapEff|CapBnd)", "/proc/1/status")
                    .expect(0)
                    .out();
            assertEquals(
                    "Uid:\t65534\t65534\t65534\t65534\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n",
                    status.replaceAll("(?m)^(Cap...):\\s+", "$1:\t"),
                    "the application has no privilege");
            store.podman("exec", "app-with-rustyrun-rustyrun", "/usr/local/bin/rustyrun", "health")
                    .expect(0);
            assertFalse(Files.exists(Path.of("/socket")));
        } finally {
            store.podman("pod", "rm", "--all", "--force", "--time", "10").expect(0);
        }
    }
}
