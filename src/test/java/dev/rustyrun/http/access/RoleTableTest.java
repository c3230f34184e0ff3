package dev.rustyrun.http.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.rustyrun.http.PortProxy;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.websockets.next.WebSocket;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import jakarta.inject.Inject;
import jakarta.ws.rs.HttpMethod;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** S5: the permissions of each role for every resource method and web socket, in any spelling of the path. */
@QuarkusTest
@TestProfile(WithTokens.class)
class RoleTableTest {

    private static final String ID = "0123456789ab";
    private static final Path CONTAINER = WithTokens.DATA.resolve("containers").resolve(ID);
    private static final List<RoleTable.Row> TABLE = RoleTable.read();
    private static final String NOWHERE = "this address does not exist";

    @TestHTTPResource
    URI address;

    @Inject
    Router router;

    /** Makes a container that has ended, so that all calls are answered at once. */
    private static void container() throws IOException {
        Files.createDirectories(CONTAINER);
        String launch =
                "{\"rootfs\": \"/\", \"command\": [\"/bin/prog\", \"--password=hunter2\"], \"env\": {\"PASSWORD\": \"hunter2\"}}";
        Files.writeString(CONTAINER.resolve("log"), "");
        Files.writeString(CONTAINER.resolve("result.json"), "{\"reason\": \"exited\", \"exitCode\": 0}");
        Files.writeString(
                CONTAINER.resolve("container.json"),
                "{\"id\": \"" + ID + "\", \"created\": \"2026-01-31T12:00:00Z\", \"labels\": {}, \"launch\": " + launch
                        + ", \"resolved\": " + launch + "}");
    }

    @Test
    void the_table_of_the_docs_is_that_of_the_code() {
        var classes = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.rustyrun");
        Set<String> code = new TreeSet<>();
        for (JavaClass type : classes) {
            type.tryGetAnnotationOfType(WebSocket.class)
                    .ifPresent(socket ->
                            code.add(row(RoleTable.WEB_SOCKET, socket.path(), Upgrades.neededFor(type.getName()))));
            if (type.isAnnotatedWith(jakarta.ws.rs.Path.class)) {
                String base = type.getAnnotationOfType(jakarta.ws.rs.Path.class).value();
                type.getMethods().forEach(method -> rows(base, method).forEach(code::add));
            }
        }
        for (String call : List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", RoleTable.WEB_SOCKET)) {
            code.add(row(call, PortProxy.PATH.replaceAll(":(\\w+)", "{$1}").replace("*", "{path}"), PortProxy.NEEDED));
        }
        Set<String> docs = TABLE.stream()
                .filter(row -> row.path().startsWith("/v1/"))
                .map(row -> row(row.call(), row.path(), row.role()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(String.join("\n", code), String.join("\n", docs));
        assertTrue(code.size() > 20, "too few calls were found in the code");
    }

    private static String row(String call, String path, Role role) {
        return call + " " + path + " " + role.word();
    }

    private static Stream<String> rows(String base, JavaMethod method) {
        String path = method.tryGetAnnotationOfType(jakarta.ws.rs.Path.class)
                .map(annotation -> base + "/" + annotation.value().replaceAll("\\{(\\w+): [^}]*}", "{$1}"))
                .orElse(base);
        Role role = method.isAnnotatedWith(LaunchRole.class)
                ? Role.LAUNCH
                : method.isAnnotatedWith(ReadRole.class) ? Role.READ : Role.ADMIN;
        return method.getAnnotations().stream()
                .filter(annotation -> annotation.getRawType().isAnnotatedWith(HttpMethod.class))
                .map(annotation -> row(
                        annotation
                                .getRawType()
                                .getAnnotationOfType(HttpMethod.class)
                                .value(),
                        path,
                        role));
    }

    @Test
    void nothing_is_served_besides_what_the_table_names() {
        List<String> paths = new ArrayList<>();
        collect(router, "", paths);
        // The path exists only while tests run, and answers 404.
        paths.removeIf("/q/swagger-ui"::equals);
        assertEquals(
                Set.of(
                        "/",
                        "/q/",
                        "/q/openapi",
                        "/q/openapi.json",
                        "/q/openapi.yaml",
                        "/q/openapi.yml",
                        "/v1/containers/:id/attach",
                        "/v1/containers/:id/exec/attach",
                        "/v1/containers/:id/ports/:port",
                        "/v1/containers/:id/ports/:port/"),
                new TreeSet<>(paths));
    }

    private static void collect(Router from, String prefix, List<String> paths) {
        for (Route route : from.getRoutes()) {
            if (route.getPath() != null) {
                String path = (prefix + route.getPath()).replace("//", "/");
                paths.add(path);
                if (route.getSubRouter() != null) {
                    collect(route.getSubRouter(), path, paths);
                }
            }
        }
    }

    @Test
    void s5_no_spelling_of_a_path_gives_a_caller_more_than_its_role() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (RoleTable.Row row : TABLE) {
            for (String path : spellings(row.path(ID))) {
                for (String caller : List.of("", "Authorization: Bearer wrong-token-of-a-test")) {
                    RawHttp.Answer answer = ask(row, path, caller);
                    if (!Set.of(400, 401).contains(answer.status())) {
                        wrong.add("nobody: " + row.call() + " " + path + ": " + answer);
                    }
                }
                for (Role role : Role.values()) {
                    RawHttp.Answer answer = ask(row, path, WithTokens.header(role));
                    boolean refused = answer.status() == 403
                            || answer.status() == 400
                            || answer.status() == 404
                                    && (isBare(row) || answer.body().contains(NOWHERE))
                            || isListOfMethods(row, answer);
                    if (!refused && !role.includes(row.role())) {
                        wrong.add(role + ": " + row.call() + " " + path + ": " + answer);
                    }
                }
            }
        }
        assertEquals("", String.join("\n", wrong));
    }

    /**
     * Whether the API itself answered OPTIONS with its list of methods. Such an answer does nothing else, and is not
     * passed to a port of a container.
     */
    private static boolean isListOfMethods(RoleTable.Row row, RawHttp.Answer answer) {
        return row.call().equals("OPTIONS")
                && answer.head().contains("\nAllow: ")
                && answer.body().isEmpty();
    }

    @Test
    void each_role_may_do_what_the_table_says() throws IOException {
        for (RoleTable.Row row : TABLE) {
            String path = row.path(ID);
            assertEquals(401, ask(row, path, "").status(), row.toString());
            assertEquals(
                    401,
                    ask(row, path, "Authorization: Bearer wrong-token-of-a-test")
                            .status(),
                    row.toString());
            for (Role role : Role.values()) {
                RawHttp.Answer answer = ask(row, path, WithTokens.header(role));
                if (role.includes(row.role())) {
                    boolean isNone = row.path().endsWith("{name}") && answer.status() == 404;
                    assertTrue(
                            isNone && answer.body().contains("unknown image")
                                    || !Set.of(0, 401, 403, 404, 405).contains(answer.status()),
                            role + " " + row + answer);
                } else {
                    assertEquals(403, answer.status(), role + " " + row + answer);
                    assertTrue(
                            answer.isProblem()
                                    && (isBare(row) || answer.body().contains("your role is " + role.word())),
                            row + answer.body());
                }
            }
        }
    }

    /** Whether the answers to this call have no body. */
    private static boolean isBare(RoleTable.Row row) {
        return row.call().equals("HEAD");
    }

    private RawHttp.Answer ask(RoleTable.Row row, String path, String authorization) throws IOException {
        container();
        List<String> headers = new ArrayList<>();
        if (!authorization.isEmpty()) {
            headers.add(authorization);
        }
        RawHttp http = new RawHttp(address.getPort());
        if (row.call().equals(RoleTable.WEB_SOCKET)) {
            headers.addAll(List.of(
                    "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="));
            return http.send("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + address.getPort()
                    + "\r\nConnection: Upgrade\r\n" + String.join("\r\n", headers) + "\r\n\r\n");
        }
        boolean tar = row.path().contains("/files");
        String body = row.call().equals("GET") ? "" : tar ? "no tar" : "{}";
        if (!body.isEmpty()) {
            headers.add("Content-Type: " + (tar ? "application/x-tar" : "application/json"));
            headers.add("Content-Length: " + body.length());
        }
        return http.request(row.call() + " " + path + " HTTP/1.1", headers, body);
    }

    private List<String> spellings(String path) {
        int second = path.indexOf('/', 1);
        String head = path.substring(0, second);
        String tail = path.substring(second);
        return List.of(
                path + "/",
                path + "//",
                path + "/.",
                path + "/./",
                path + "/x/..",
                path + "/x/%2e%2e",
                path + "/%2e",
                path + "%2F",
                path + "%2f%2e",
                path + "%20",
                path + "%00",
                path + "%3Bx",
                path + "%3F",
                path + ";x",
                path + ";x?path=/tmp",
                path + ";/",
                path + "?path=/tmp",
                path + "/?path=/tmp",
                path + "#x",
                "/" + path,
                "//" + path,
                "/." + path,
                "/%2e" + path,
                "/x/.." + path,
                "/x/%2E%2E" + path,
                "/..;/x" + path,
                head + "/" + tail,
                head + "/." + tail,
                head + ";x" + tail,
                head + "%2F" + tail.substring(1),
                head + "\\" + tail.substring(1),
                "/%76" + path.substring(2),
                path.toUpperCase(java.util.Locale.ROOT),
                path.substring(0, path.length() - 1) + "%" + Integer.toHexString(path.charAt(path.length() - 1)),
                "http://127.0.0.1:" + address.getPort() + path,
                "http://127.0.0.1:" + address.getPort() + path + "/",
                "HTTP://localhost" + path + ";x");
    }

    @Test
    void s7_the_role_read_sees_neither_values_of_variables_nor_arguments() throws IOException {
        container();
        RawHttp http = new RawHttp(address.getPort());
        for (String path : List.of("/v1/containers/" + ID, "/v1/containers", "/v1/containers/" + ID + "/")) {
            for (Map.Entry<Role, Boolean> each : Map.of(Role.READ, false, Role.LAUNCH, true, Role.ADMIN, true)
                    .entrySet()) {
                RawHttp.Answer answer =
                        http.request("GET " + path + " HTTP/1.1", List.of(WithTokens.header(each.getKey())), "");
                assertEquals(200, answer.status(), answer.toString());
                assertEquals(each.getValue(), answer.body().contains("hunter2"), answer.body());
                assertTrue(
                        answer.body().contains("\"PASSWORD\":") && answer.body().contains("/bin/prog"), answer.body());
            }
        }
    }
}
