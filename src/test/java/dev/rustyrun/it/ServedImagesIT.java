package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images of a service: requests name them, Debian's registry serves them, the operator allows them. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServedImagesIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path data;

    private static ImageTools tools;
    private static String registry;
    private static String app;
    private static ServerSocket silent;
    private static Server server;

    @BeforeAll
    static void start() throws Exception {
        tools = new ImageTools();
        registry = tools.registry(false);
        silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        app = registry + "/org/app:1";
        tools.settings("{\"registries\":{\"" + registry + "\":{\"plainHttp\":true},\"127.0.0.1:" + silent.getLocalPort()
                + "\":{\"plainHttp\":true}}}");
        tools.sh("mkdir tree; cp -a " + Launcher.busybox()
                        + "/. tree; mkdir -p tree/work; chmod 777 tree/work; mkdir -m 711 tree/work/given\n"
                        + "c=$($BUILDAH from scratch); $BUILDAH copy -q $c tree /\n"
                        + "$BUILDAH config --entrypoint '[\"/bin/echo\", \"entry\"]' --cmd word --env A=b --env PATH=/bin"
                        + " --user 1000 --workingdir /work --stop-signal SIGUSR1 --label l=m --volume /work"
                        + " $c\n"
                        + "$BUILDAH commit -q $c app; $BUILDAH rm $c\n"
                        + "for n in org/app:1 org/other:1 org/broken:1 private/app:1; do\n"
                        + "$BUILDAH push -q --tls-verify=false app docker://" + registry + "/$n; done")
                .expect(0);
        server = serve("RUSTYRUN_IMAGE_SOURCES=" + registry + "/org/*,127.0.0.1:" + silent.getLocalPort() + "/*");
    }

    private static Server serve(String... variables) throws IOException {
        List<String> prefix = new ArrayList<>(List.of(
                "env",
                "RUSTYRUN_IMAGES=" + tools.folder.resolve("store"),
                "XDG_CONFIG_HOME=" + tools.folder.resolve("config"),
                "REGISTRY_AUTH_FILE=" + tools.folder.resolve("auth.json")));
        prefix.addAll(List.of(variables));
        return Server.startBy(prefix, "--data-folder", data.toString());
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (silent != null) {
            silent.close();
        }
        if (tools != null) {
            tools.sh("rm -rf store root tree").expect(0);
            tools.close();
        }
    }

    private static JsonNode run(int status, String fields) throws Exception {
        return answer(server.post("/v1/run", "{" + fields + "}"), status);
    }

    private static JsonNode answer(HttpResponse<String> answer, int status) throws IOException {
        assertEquals(status, answer.statusCode(), answer.body());
        return JSON.readTree(answer.body());
    }

    private static String image(String name) {
        return "\"image\": \"" + name + "\"";
    }

    private static String stdout(JsonNode result) {
        return result.path("stdout").path("text").asText();
    }

    /** The layers of containers, without those of warm launches. */
    private static List<String> layers() throws IOException {
        Path folder = tools.folder.resolve("store/containers");
        if (!Files.exists(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(path -> !Files.exists(path.resolve("waiting")))
                    .map(path -> path.getFileName().toString())
                    .toList();
        }
    }

    @Test
    void an_image_runs_with_its_settings_or_those_of_the_request() throws Exception {
        assertEquals("entry word\n", stdout(run(200, image(app))));
        assertEquals("entry mine\n", stdout(run(200, image(app) + ", \"command\": [\"mine\"]")));
        String script = "\"command\": [\"-c\", \"id -u; pwd; echo $A $PATH; cat /etc/hostname; echo x > f; ls\"]";
        assertEquals(
                "1000\n/work\nb /bin\nrustyrun-container\nf\ngiven\n",
                stdout(run(200, image(app) + ", \"entrypoint\": \"/bin/sh\", " + script)));
        assertEquals(
                "0\n/\n",
                stdout(run(
                        200,
                        image(app) + ", \"entrypoint\": \"\", \"user\": \"0\", \"workdir\": \"/\", \"command\":"
                                + " [\"/bin/sh\", \"-c\", \"id -u; pwd\"]")));
        // Files that one container writes do not appear in another.
        assertEquals(
                "given\n", stdout(run(200, image(app) + ", \"entrypoint\": \"/bin/ls\", \"command\": [\"/work\"]")));
        Host.eventually("no layer is left", () -> Server.quietly(() -> layers().isEmpty()), () -> "");
    }

    @Test
    void a_volume_of_an_image_is_the_containers_own_with_the_files_of_the_image() throws Exception {
        String look =
                "grep -c ' /work ' /proc/self/mountinfo; stat -c '%a %u:%g' . given; touch given/new && rm -r given; ls -a";
        assertEquals(
                "1\n777 0:0\n711 0:0\n.\n..\n",
                stdout(run(
                        200,
                        image(app)
                                + ", \"user\": \"0\", \"readOnly\": true, \"entrypoint\": \"/bin/sh\", \"command\": [\"-c\", \""
                                + look + "\"]")));
        Host.eventually("no layer is left", () -> Server.quietly(() -> layers().isEmpty()), () -> "");
    }

    @Test
    void a_container_comes_from_one_of_both_and_a_wrong_one_is_named() throws Exception {
        assertEquals(
                "/image",
                run(422, image(app) + ", \"rootfs\": \"busybox\"").path("field").asText());
        assertEquals(
                "/rootfs", run(422, "\"command\": [\"true\"]").path("field").asText());
        assertEquals(
                "/pull",
                run(422, image(app) + ", \"pull\": \"no\"").path("field").asText());
        assertEquals(
                "/user",
                run(422, image(app) + ", \"user\": \"nobody-of-this-name\"")
                        .path("field")
                        .asText());
        assertEquals("image-not-found", type(run(422, image(registry + "/org/other:1") + ", \"pull\": \"never\"")));
        assertTrue(run(422, image(app) + ", \"platform\": \"linux/s390x\"")
                .path("detail")
                .asText()
                .contains("linux/s390x"));
    }

    private static String type(JsonNode problem) {
        return problem.path("type").asText().replaceFirst(".*:", "");
    }

    @Test
    void images_that_the_operator_has_not_listed_are_neither_fetched_nor_shown() throws Exception {
        String port = registry.substring(registry.indexOf(':'));
        for (String name : List.of(
                registry + "/private/app:1",
                registry + "/organ/app:1",
                "localhost" + port + "/org/app:1",
                "alpine",
                registry.replace("127", "0127") + "/org/app:1")) {
            assertEquals("image-not-allowed", type(run(422, image(name))), name);
            assertEquals(404, server.get("/v1/images/" + name).statusCode(), name);
            assertEquals(404, server.delete("/v1/images/" + name).statusCode(), name);
        }
        for (String name : List.of(
                registry + "/org/../private/app:1", "http://" + app, "user@" + app, registry + "//org/app:1", "")) {
            assertEquals(422, server.post("/v1/run", "{" + image(name) + "}").statusCode(), name);
        }
        // The store's user pulls the image, but the service does not allow it.
        tools.sh("$RUSTYRUN pull -q " + registry + "/private/app:1").expect(0);
        assertFalse(server.get("/v1/images").body().contains("private"));
        assertEquals("image-not-allowed", type(run(422, image(registry + "/private/app:1"))));
        String id = tools.sh("$RUSTYRUN images -q --no-trunc " + registry + "/private/app")
                .expect(0)
                .out()
                .strip();
        assertEquals(422, server.post("/v1/run", "{" + image(id) + "}").statusCode());
        assertEquals(
                422,
                server.post("/v1/run", "{" + image(id.substring(7, 19)) + "}").statusCode());
    }

    @Test
    void images_are_fetched_listed_shown_and_removed() throws Exception {
        String name = registry + "/org/other:1";
        JsonNode pulled = answer(server.post("/v1/images", "{" + image(name) + "}"), 200);
        assertEquals(
                "[\"/bin/echo\",\"entry\"]",
                pulled.path("config").path("entrypoint").toString());
        JsonNode listed = answer(server.get("/v1/images"), 200);
        assertTrue(listed.toString().contains("\"" + registry + "/org/other\",\"tag\":\"1\""), listed.toString());
        assertEquals(pulled, answer(server.get("/v1/images/" + name), 200));
        HttpResponse<String> events = server.post("/v1/images", "{" + image(name) + "}", "Accept", "text/event-stream");
        assertTrue(
                events.body().startsWith("event: progress\ndata: {\"layers\":[")
                        && events.body()
                                .contains("\nevent: image\ndata: {\"id\":\""
                                        + pulled.path("id").asText()),
                events.body());
        answer(server.delete("/v1/images/" + name), 200);
        assertEquals(404, server.get("/v1/images/" + name).statusCode());
        assertEquals(404, server.delete("/v1/images/" + name).statusCode());
    }

    @Test
    void a_refusal_or_failure_of_a_registry_is_a_problem_with_its_reason() throws Exception {
        assertEquals("image-not-found", type(run(422, image(registry + "/org/none:1"))));
        HttpResponse<String> events =
                server.post("/v1/images", "{" + image(registry + "/org/none:1") + "}", "Accept", "text/event-stream");
        assertTrue(events.body().contains("event: problem\ndata: {\"type\":\"urn:rustyrun:problem:image-not-found"));
        assertEquals(422, server.post("/v1/images", "{" + image("a b") + "}").statusCode());
        assertEquals(422, server.post("/v1/images", "{\"name\": \"x\"}").statusCode());
        String broken = registry + "/org/broken:1";
        // The registry now serves other bytes than the manifest's digest says.
        tools.sh("$RUSTYRUN rmi -f " + registry + "/private/app:1 " + app + " " + registry + "/org/other:1 || true");
        String layer = tools.sh("skopeo inspect --tls-verify=false docker://" + broken + " | jq -r .Layers[0]")
                .expect(0)
                .out()
                .strip()
                .substring(7);
        String file = "registry-" + registry.replaceFirst(".*:", "") + "/docker/registry/v2/blobs/sha256/"
                + layer.substring(0, 2) + "/" + layer + "/data";
        tools.sh("cp " + file + " kept; tr '\\000' 'x' < kept > " + file).expect(0);
        try {
            assertEquals("wrong-image", type(run(502, image(broken) + ", \"pull\": \"always\"")));
        } finally {
            tools.sh("cp kept " + file).expect(0);
        }
        assertEquals("entry word\n", stdout(run(200, image(broken))));
    }

    @Test
    void a_pull_ends_when_its_last_waiter_leaves() throws Exception {
        String json = "{" + image("127.0.0.1:" + silent.getLocalPort() + "/app") + "}";
        Socket one = server.send("/v1/images", json);
        try (Socket asked = silent.accept()) {
            asked.getInputStream().read();
            Socket other = server.send("/v1/run", json);
            Host.eventually(
                    "both wait",
                    () -> Server.quietly(() -> server.get("/v1/info").statusCode() == 200),
                    () -> "");
            one.close();
            other.close();
            while (asked.getInputStream().read() >= 0) {
                // Read the rest of the request: the connection must end, because no client waits for the image.
            }
        }
    }

    @Test
    void a_container_of_an_image_is_one_like_others() throws Exception {
        // An image of its own: other tests pull the first image by several names, and it is only removed with its last
        // name.
        String own = registry + "/org/own:1";
        tools.sh("c=$($BUILDAH from app); $BUILDAH config --label own=1 $c; $BUILDAH commit -q $c own; $BUILDAH rm $c\n"
                        + "$BUILDAH push -q --tls-verify=false own docker://" + own)
                .expect(0);
        JsonNode made = answer(
                server.post(
                        "/v1/containers",
                        "{" + image(own)
                                + ", \"entrypoint\": \"/bin/sh\", \"command\": [\"-c\", \"echo in; sleep 60\"],"
                                + " \"start\": true}"),
                201);
        String id = made.path("id").asText();
        assertEquals(own, made.path("launch").path("image").asText());
        JsonNode ran = answer(
                server.post(
                        "/v1/containers/" + id + "/exec",
                        "{\"command\": [\"/bin/sh\", \"-c\", \"id -u; pwd; echo $A; echo y > /work/y\"]}"),
                200);
        assertEquals("1000\n/work\nb\n", stdout(ran));
        assertEquals(
                200,
                server.getBytes("/v1/containers/" + id + "/files?path=/work/y").statusCode());
        HttpResponse<String> used = server.delete("/v1/images/" + own);
        assertEquals(409, used.statusCode(), used.body());
        assertEquals("image-in-use", type(JSON.readTree(used.body())));
        assertEquals(204, server.delete("/v1/containers/" + id + "?force=true").statusCode());
        Host.eventually("its layer is gone", () -> Server.quietly(() -> layers().isEmpty()), () -> "");
        String created = answer(server.post("/v1/containers", "{" + image(own) + "}"), 201)
                .path("id")
                .asText();
        assertEquals(
                409,
                server.get("/v1/containers/" + created + "/files?path=/work").statusCode());
        assertEquals(204, server.delete("/v1/containers/" + created).statusCode());
    }

    @Test
    void a_killed_service_leaves_no_layer_behind_its_next_start() throws Exception {
        try (Server first = startOther()) {
            Socket waiting = first.send(
                    "/v1/run", "{" + image(app) + ", \"entrypoint\": \"/bin/sleep\", \"command\": [\"60\"]}");
            Host.eventually("it runs", () -> Server.quietly(() -> !layers().isEmpty()), () -> "");
            first.kill();
            waiting.close();
        }
        try (Server next = startOther()) {
            assertTrue(next.listens());
            Host.eventually("its layer is gone", () -> Server.quietly(() -> layers().isEmpty()), () -> "");
        }
    }

    private static Server startOther() throws IOException {
        List<String> prefix = new ArrayList<>(List.of(
                "env",
                "RUSTYRUN_IMAGES=" + tools.folder.resolve("store"),
                "XDG_CONFIG_HOME=" + tools.folder.resolve("config"),
                "RUSTYRUN_WARM_IMAGES=" + app));
        return Server.startBy(prefix, "--data-folder", data.resolve("other").toString());
    }

    @Test
    void warm_images_are_pulled_before_the_service_is_ready_and_allowed_by_their_names() throws Exception {
        try (Server warm = startOther()) {
            Host.eventually(
                    "it is ready",
                    () -> Server.quietly(() -> warm.health("ready").statusCode() == 200),
                    warm::log);
            assertTrue(warm.get("/v1/images").body().contains("\"tag\":\"1\""));
            assertEquals(
                    200,
                    warm.post("/v1/run", "{" + image(app) + ", \"pull\": \"never\"}")
                            .statusCode());
            assertEquals(
                    422,
                    warm.post("/v1/run", "{" + image(registry + "/org/other:1") + "}")
                            .statusCode());
        }
        List<String> none = new ArrayList<>(List.of(
                "env",
                "RUSTYRUN_IMAGES=" + tools.folder.resolve("store"),
                "XDG_CONFIG_HOME=" + tools.folder.resolve("config"),
                "RUSTYRUN_WARM_IMAGES=" + registry + "/org/none:1"));
        try (Server missing =
                Server.startBy(none, "--data-folder", data.resolve("other").toString())) {
            Host.eventually(
                    "it says why it is not ready",
                    () -> Server.quietly(() -> {
                        HttpResponse<String> ready = missing.health("ready");
                        return ready.statusCode() == 503 && ready.body().contains("has no org/none");
                    }),
                    missing::log);
        }
    }

    @Test
    void the_command_line_takes_the_images_of_a_server() throws IOException {
        assertTrue(client("pull", app).expect(0).out().startsWith("sha256:"));
        assertTrue(client("images").expect(0).out().contains(registry + "/org/app"));
        assertEquals("entry a b\n", client("run", app, "a", "b").expect(0).out());
        assertEquals(
                "1000\n",
                client("run", "--entrypoint", "id", app, "-u").expect(0).out());
        assertTrue(client("pull", "alpine").expect(125).errorLine().contains("not allowed"));
        assertTrue(client("run", "alpine").expect(125).errorLine().contains("not allowed"));
        String missing = client("rmi", registry + "/org/none:1").expect(125).errorLine();
        assertTrue(missing.contains("unknown image"), missing);
        client("pull", "-q", registry + "/org/other:1").expect(0);
        assertTrue(client("rmi", registry + "/org/other:1").expect(0).out().contains("Untagged"));
    }

    private static Launcher.Result client(String... words) {
        return Launcher.execute(
                Launcher.command(Stream.concat(Stream.of("--host", server.url()), Stream.of(words))
                        .toArray(String[]::new)),
                "");
    }
}
