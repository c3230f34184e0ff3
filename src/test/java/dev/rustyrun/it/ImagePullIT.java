package dev.rustyrun.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Images from Debian's registry: over plain HTTP, and over TLS with an own certificate authority and a password. */
@NativeOnly("the same code runs on a JVM, many times slower")
class ImagePullIT {

    private static ImageTools tools;
    private static String plain;

    @BeforeAll
    static void start() throws IOException {
        tools = new ImageTools();
        plain = tools.registry(false);
        tools.settings("{\"registries\":{\"" + plain + "\":{\"plainHttp\":true}}}");
        tools.build("app");
        tools.sh("$BUILDAH push -q --tls-verify=false app docker://" + plain + "/org/app:1")
                .expect(0);
    }

    @AfterAll
    static void stop() throws IOException {
        if (tools != null) {
            tools.close();
        }
    }

    @Test
    void a_pulled_image_has_the_id_and_the_configuration_that_others_see() {
        String name = plain + "/org/app:1";
        String id = tools.sh("$RUSTYRUN pull -q " + name).expect(0).out().strip();
        String config = tools.sh("skopeo inspect --tls-verify=false --config --raw docker://" + name + " | sha256sum")
                .expect(0)
                .out();
        assertEquals(id, "sha256:" + config.replaceFirst(" .*\n", ""));
        String seen = tools.sh(
                        "$RUSTYRUN image inspect " + name + " | jq -c '.[0].config | [.cmd, .env, .user, .labels.l]'")
                .expect(0)
                .out();
        assertTrue(seen.contains("[\"/bin/one\"]") && seen.contains("\"A=b\"") && seen.contains("\"7:8\",\"m\""), seen);
        String digest = tools.sh("skopeo inspect --tls-verify=false docker://" + name + " | jq -r .Digest")
                .out()
                .strip();
        assertEquals(
                id,
                tools.sh("$RUSTYRUN pull -q " + plain + "/org/app@" + digest)
                        .expect(0)
                        .out()
                        .strip());
        String list = tools.sh("$RUSTYRUN images").expect(0).out();
        assertTrue(list.contains(plain + "/org/app") && list.contains(id.substring(7, 19)), list);
    }

    @Test
    void layers_of_zstd_and_of_an_uncompressed_directory_are_accepted_too() {
        String zstd = plain + "/org/zstd:1";
        tools.sh("skopeo copy -q --src-tls-verify=false --dest-tls-verify=false --dest-compress-format zstd docker://"
                        + plain + "/org/app:1 docker://" + zstd)
                .expect(0);
        tools.sh("$RUSTYRUN pull -q " + zstd + "; $RUSTYRUN save -o zstd.tar " + zstd
                        + "; skopeo inspect docker-archive:zstd.tar")
                .expect(0);
    }

    @Test
    void off_a_terminal_progress_is_a_line_for_each_layer() {
        tools.sh("$RUSTYRUN rmi -f " + plain + "/org/app:1 || true");
        Launcher.Result pulled =
                tools.sh("$RUSTYRUN pull " + plain + "/org/app:1").expect(0);
        assertTrue(pulled.err().matches("([0-9a-f]{12}: (pulled, .*|exists)\n){2}"), pulled.err());
        assertFalse(pulled.err().contains("\033"), pulled.err());
    }

    @Test
    void a_detached_container_has_its_image_from_the_proxy_of_the_caller_too() throws IOException {
        try (ImageTools own = new ImageTools()) {
            own.settings("{\"registries\":{\"registry.invalid\":{\"plainHttp\":true}}}");
            // The registry also answers as a proxy. The image's program is not executable: 126 shows that the image was
            // pulled.
            String run = "$RUSTYRUN run -d --pull always registry.invalid/org/app:1";
            assertTrue(own.sh(run).expect(125).err().contains("could not be pulled"));
            Launcher.Result found =
                    own.sh("export http_proxy=http://" + plain + "; " + run).expect(126);
            assertFalse(found.err().contains("could not be pulled"), found.err());
        }
    }

    @Test
    void tls_and_a_login_are_as_podman_has_them() throws IOException {
        try (ImageTools own = new ImageTools()) {
            String host = own.registry(true);
            String name = host + "/app:1";
            Launcher.Result untrusted = own.sh("$RUSTYRUN pull " + name).expect(125);
            assertTrue(untrusted.errorLine().contains("cannot be fetched"), untrusted.err());
            own.settings("{\"registries\":{\"" + host + "\":{\"caFile\":\"" + own.folder + "/ca.crt\"}}}");
            Launcher.Result refused = own.sh("$RUSTYRUN pull " + name).expect(125);
            assertTrue(refused.errorLine().contains("rustyrun login " + host), refused.err());
            Launcher.Result wrong = own.sh("echo no | $RUSTYRUN login -u me --password-stdin " + host)
                    .expect(125);
            assertTrue(wrong.errorLine().contains("does not accept the login"), wrong.err());
            own.sh("echo secret | $RUSTYRUN login -u me --password-stdin " + host)
                    .expect(0);
            // skopeo uses the same login.
            tools.sh("$RUSTYRUN pull -q " + plain + "/org/app:1; $RUSTYRUN save -o '" + own.folder + "/app.tar' "
                            + plain + "/org/app:1")
                    .expect(0);
            own.sh("mkdir certs; cp ca.crt certs; skopeo copy -q --dest-cert-dir certs docker-archive:app.tar docker://"
                            + name)
                    .expect(0);
            own.sh("$RUSTYRUN pull -q " + name + "; $RUSTYRUN rmi " + name).expect(0);
            own.sh("$RUSTYRUN pull -q --tls-verify=false " + name).expect(0);
            own.sh("$RUSTYRUN logout " + host).expect(0);
            own.sh("$RUSTYRUN pull -q " + name).expect(125);
        }
    }

    @Test
    void a_pull_that_is_killed_is_followed_by_one_that_works() {
        String name = plain + "/org/large:1";
        tools.sh("head -c 50000000 /dev/urandom > large; c=$($BUILDAH from scratch); $BUILDAH copy -q $c large /\n"
                        + "$BUILDAH commit -q --disable-compression $c large; $BUILDAH rm $c; rm large\n"
                        + "$BUILDAH push -q --tls-verify=false --disable-compression large docker://" + name)
                .expect(0);
        tools.sh("$RUSTYRUN pull -q " + name + " & pid=$!\n"
                + "while kill -0 $pid 2> /dev/null && ! find store/partial -size +1M 2>"
                + " /dev/null | grep -q .; do :; done\n"
                + "kill -9 $pid; wait $pid || true");
        tools.sh("$RUSTYRUN images; $RUSTYRUN pull -q " + name + "; $RUSTYRUN rmi " + name + "; $RUSTYRUN image prune")
                .expect(0);
        assertEquals("", tools.sh("find store/partial -type f").expect(0).out());
    }
}
