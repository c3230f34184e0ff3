package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers of a service when a registry fails, and the order in which it asks registries. Needs root. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ServedRegistriesIT {

    @TempDir
    static Path data;

    private static ImageTools tools;
    private static String registry;
    private static HttpServer refusing;
    private static String refusingHost;

    @BeforeAll
    static void start() throws IOException {
        tools = new ImageTools();
        registry = tools.registry(false);
        refusing = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        refusing.createContext("/", exchange -> {
            boolean login = exchange.getRequestURI().getPath().startsWith("/v2/login/");
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"here\"");
            exchange.sendResponseHeaders(login ? 401 : 403, -1);
            exchange.close();
        });
        refusing.start();
        refusingHost = "127.0.0.1:" + refusing.getAddress().getPort();
        tools.settings("{\"registries\":{\"" + registry + "\":{\"plainHttp\":true},\"" + refusingHost
                + "\":{\"plainHttp\":true},\"mirrored.example\":{\"mirrors\":[\"" + registry + "\"]}}}");
        tools.sh("mkdir tree; head -c 2000000 /dev/urandom > tree/large\n"
                        + "c=$($BUILDAH from scratch); $BUILDAH copy -q $c tree /; $BUILDAH commit -q $c app\n"
                        + "$BUILDAH push -q --tls-verify=false app docker://" + registry + "/org/app:1")
                .expect(0);
    }

    @AfterAll
    static void stop() throws IOException {
        if (refusing != null) {
            refusing.stop(0);
        }
        if (tools != null) {
            tools.sh("rm -rf store root tree").expect(0);
            tools.close();
        }
    }

    private static Server serve(Path store, String name) throws IOException {
        return Server.startBy(
                List.of(
                        "env",
                        "RUSTYRUN_IMAGES=" + store,
                        "XDG_CONFIG_HOME=" + tools.folder.resolve("config"),
                        "REGISTRY_AUTH_FILE=" + tools.folder.resolve("auth.json"),
                        "RUSTYRUN_IMAGE_SOURCES=" + registry + "/*," + refusingHost + "/*,mirrored.example/*"),
                "--data-folder",
                data.resolve(name).toString(),
                "--warm",
                "0");
    }

    private static JsonNode pull(Server server, String name, int status) throws Exception {
        HttpResponse<String> answer = server.post("/v1/images", "{\"image\": \"" + name + "\"}");
        assertEquals(status, answer.statusCode(), answer.body());
        return new ObjectMapper().readTree(answer.body());
    }

    @Test
    void a_registry_that_refuses_is_named_and_a_mirror_is_asked_instead_of_it() throws Exception {
        try (Server server = serve(tools.folder.resolve("store"), "refused")) {
            for (String name : List.of("login/app", "denied/app")) {
                JsonNode problem = pull(server, refusingHost + "/" + name, 422);
                assertTrue(problem.path("type").asText().endsWith("registry-denied"), problem.toString());
                assertTrue(problem.path("detail").asText().contains(refusingHost), problem.toString());
            }
            JsonNode image = pull(server, "mirrored.example/org/app:1", 200);
            assertTrue(image.path("names").toString().contains("mirrored.example/org/app:1"), image.toString());
        }
    }

    @Test
    void a_store_without_space_gives_a_problem_and_keeps_nothing() throws Exception {
        Path store = Files.createDirectory(data.resolve("small"));
        Launcher.execute(List.of("mount", "-t", "tmpfs", "-o", "size=600k,mode=700", "none", store.toString()), "")
                .expect(0);
        try (Server server = serve(store, "full")) {
            JsonNode problem = pull(server, registry + "/org/app:1", 507);
            assertTrue(problem.path("type").asText().endsWith("insufficient-storage"), problem.toString());
            assertFalse(server.get("/v1/images").body().contains("org/app"));
            assertEquals(200, server.get("/v1/info").statusCode());
        } finally {
            Launcher.execute(List.of("umount", store.toString()), "").expect(0);
        }
    }
}
