package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistryFilesTest {

    @TempDir
    Path folder;

    private AuthFiles files(String json) throws IOException {
        Path file = folder.resolve("config.json");
        Files.writeString(file, json.replace('\'', '"'));
        return new AuthFiles(Linux.host(), List.of(folder.resolve("missing"), file), Map.of("PATH", folder.toString()));
    }

    private String find(String json, String registry, String repository) throws IOException {
        Credentials found = files(json).find(registry, repository);
        return found.user() + "/" + found.password() + "/" + found.identityToken();
    }

    @Test
    void logins_are_found_as_docker_and_podman_write_them() throws IOException {
        String json = "{'auths':{'https://index.docker.io/v1/':{'auth':'bWU6c2VjcmV0'},"
                + "'quay.io/org':{'auth':'b3JnOnA='},'quay.io':{'username':'u','password':'p:q'},'t.example':{'identitytoken':'x'},"
                + "'http://plain.example/v2/':{'auth':'bWU6c2VjcmV0'},'empty.example':{}}}";
        assertEquals("me/secret/", find(json, "docker.io", "library/alpine"));
        assertEquals("org/p/", find(json, "quay.io", "org/app"));
        assertEquals("u/p:q/", find(json, "quay.io", "other/app"));
        assertEquals("//x", find(json, "t.example", "a"));
        assertEquals("me/secret/", find(json, "plain.example", "a"));
        assertEquals("//", find(json, "empty.example", "a"));
        assertEquals("//", find("", "quay.io", "a"));
        assertThrows(InvalidSpecException.class, () -> find("{'auths':{'q.io':{'auth':'!'}}}", "q.io", "a"));
        assertThrows(InvalidSpecException.class, () -> find("{", "q.io", "a"));
    }

    @Test
    void a_helper_is_asked() throws IOException {
        Path helper = folder.resolve("docker-credential-test");
        Files.writeString(
                helper,
                "#!/bin/sh\n[ \"$1\" = get ] || exit 9\nread server\ncase $server in\n"
                        + "a.example) echo '{\"Username\":\"u\",\"Secret\":\"s\"}' ;;\n"
                        + "b.example) echo '{\"Username\":\"<token>\",\"Secret\":\"t\"}' ;;\n"
                        + "c.example) echo 'credentials not found in native keychain'; exit 1 ;;\n"
                        + "*) echo 'no bus'; exit 1 ;;\nesac\n");
        Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
        String json =
                "{'credHelpers':{'a.example':'test','x.example':'../evil','y.example':'absent'},'credsStore':'test'}";
        assertEquals("u/s/", find(json, "a.example", "x"));
        assertEquals("//t", find(json, "b.example", "x"));
        assertEquals("//", find(json, "c.example", "x"));
        for (String registry : List.of("d.example", "x.example", "y.example")) {
            assertThrows(InvalidSpecException.class, () -> find(json, registry, "x"), registry);
        }
    }

    @Test
    void a_helper_that_does_not_answer_or_does_not_end_is_killed() throws IOException {
        for (String script : List.of("exec sleep 4711", "echo '{}'; exec sleep 4711 >&-")) {
            Path helper = folder.resolve("docker-credential-slow");
            Files.writeString(helper, "#!/bin/sh\necho $$ > " + folder + "/pid\n" + script + "\n");
            Files.setPosixFilePermissions(helper, PosixFilePermissions.fromString("rwxr-xr-x"));
            Map<String, String> path = Map.of("PATH", folder + ":/bin:/usr/bin");
            CredentialHelper asked = new CredentialHelper(Linux.host(), "slow", path, Duration.ofSeconds(1));
            String why = assertThrows(InvalidSpecException.class, () -> asked.get("a.example"))
                    .getMessage();
            assertEquals("docker-credential-slow get did not answer within 1 s and was killed", why);
            String pid = Files.readString(folder.resolve("pid")).strip();
            assertFalse(Files.exists(Path.of("/proc/" + pid)), "the helper was killed");
        }
    }

    @Test
    void a_login_is_written_for_its_owner_alone_and_removed_again() throws IOException {
        Path file = folder.resolve("new/auth.json");
        AuthFiles files = new AuthFiles(Linux.host(), List.of(file), Map.of());
        assertEquals(file, files.store("quay.io", new Credentials("u", "p", "")));
        files.store("other.io", new Credentials("v", "q", ""));
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        assertEquals("p", files.find("quay.io", "x").password());
        assertTrue(files.remove("quay.io"));
        assertFalse(files.remove("quay.io"));
        assertEquals("", files.find("quay.io", "x").user());
        assertEquals("q", files.find("other.io", "x").password());
    }

    @Test
    void settings_are_read_strictly() {
        RegistrySettings settings = RegistrySettings.of(
                "{\"registries\":{\"a.example\":{\"mirrors\":[\"b.example/x\"],\"caFile\":\"/ca\"},\"b.example\":{\"plainHttp\":true}}}");
        assertEquals(List.of("b.example/x"), settings.get("a.example").mirrors());
        assertTrue(settings.get("b.example").plainHttp());
        assertTrue(settings.get("c.example").tlsVerify());
        assertFalse(settings.relaxed("c.example", false, false).get("c.example").tlsVerify());
        for (String json : List.of(
                "{\"mirrors\":[]}",
                "{\"registries\":{\"a\":{\"mirror\":\"x\"}}}",
                "{\"registries\":{\"a\":{\"plainHttp\":\"yes\"}}}",
                "{\"registries\":[]}")) {
            assertThrows(InvalidSpecException.class, () -> RegistrySettings.of(json), json);
        }
    }

    @Test
    void proxies_are_those_of_the_environment() {
        Proxies proxies = new Proxies(Map.of(
                "HTTPS_PROXY",
                "http://proxy.example:3128",
                "http_proxy",
                "plain.example:80",
                "NO_PROXY",
                ".inside.example, 10.0.0.1,x.example:5000"));
        assertEquals(
                "proxy.example",
                proxies.of(URI.create("https://quay.io/v2/")).orElseThrow().getHost());
        assertEquals(
                "plain.example",
                proxies.of(URI.create("http://quay.io/v2/")).orElseThrow().getHost());
        for (String direct : List.of(
                "https://a.inside.example/",
                "https://inside.example/",
                "https://10.0.0.1/",
                "https://x.example:5000/",
                "https://127.0.0.1:5/",
                "https://localhost/")) {
            assertTrue(proxies.of(URI.create(direct)).isEmpty(), direct);
        }
        assertTrue(proxies.of(URI.create("https://outside.example/")).isPresent());
        assertThrows(
                InvalidSpecException.class,
                () -> new Proxies(Map.of("all_proxy", "socks5://x")).of(URI.create("https://quay.io/")));
    }
}
