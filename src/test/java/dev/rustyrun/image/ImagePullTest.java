package dev.rustyrun.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagePullTest {

    private static final String REPOSITORY = "org/app";
    private static final Platform AMD64 = Platform.parse("linux/amd64");

    @TempDir
    Path folder;

    private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
    private TestRegistry registry;
    private ImageStore store;
    private byte[] layer;

    @BeforeEach
    void start() throws IOException {
        registry = new TestRegistry();
        store = ImageStore.open(Linux.host(), folder.resolve("store"));
        layer = TestTar.of("file", "x".repeat(100_000));
        registry.image(REPOSITORY, "1", List.of(layer, TestTar.of("other", "y")));
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private ImageReference name(String version) {
        return ImageReference.parse(registry.host() + "/" + REPOSITORY + version);
    }

    private StoredImage pull(ImageReference name) {
        return pull(name, "{}");
    }

    private StoredImage pull(ImageReference name, String settings) {
        RegistrySettings plain = RegistrySettings.of(settings).relaxed(registry.host(), true, true);
        AuthFiles logins = new AuthFiles(Linux.host(), List.of(folder.resolve("auth.json")), Map.of());
        Digest id = new ImagePull(store, plain, logins, Progress.NONE, new Retries(pauses::add, Progress.NONE))
                .pull(name, AMD64);
        return store.get(id.toString());
    }

    private String refusal(ImageReference name) {
        String message =
                assertThrows(InvalidSpecException.class, () -> pull(name)).getMessage();
        assertFalse(message.contains("\n") || message.contains("Exception"), message);
        return message;
    }

    private String blobPath() {
        return "/v2/" + REPOSITORY + "/blobs/" + Digest.of(layer);
    }

    private void logIn(String user, String password) throws IOException {
        String pair = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                folder.resolve("auth.json"), "{\"auths\":{\"" + registry.host() + "\":{\"auth\":\"" + pair + "\"}}}");
    }

    @Test
    void a_missing_file_with_logins_is_refused() {
        Optional<Path> missing = Optional.of(folder.resolve("no-such-file"));
        String message = assertThrows(
                        InvalidSpecException.class,
                        () -> ImagePull.of(store, RegistrySettings.of("{}"), missing, Progress.NONE))
                .getMessage();
        assertTrue(message.startsWith("--authfile ") && message.contains("does not exist"), message);
    }

    @Test
    void an_image_is_stored_once_with_all_its_names() throws IOException {
        StoredImage image = pull(name(":1"));
        assertArrayEquals(layer, Files.readAllBytes(image.layers().get(0).file()));
        assertEquals(
                List.of(name(":1"), name("@" + image.manifestDigest())),
                store.namesOf(image).stream().sorted().toList());
        registry.requests.clear();
        assertEquals(image, pull(name(":1")));
        assertEquals(List.of("GET /v2/org/app/manifests/1"), registry.requests);
        assertEquals(
                image.id(),
                store.find(name("@" + image.manifestDigest())).orElseThrow().id());
    }

    @Test
    void the_image_of_the_platform_is_chosen_from_a_list() {
        Digest digest = registry.image(REPOSITORY, "1", List.of(layer));
        String list = "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" + Manifest.OCI + "\",\"digest\":\""
                + digest + "\",\"size\":1,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}]}";
        Digest top = registry.manifest(REPOSITORY, "list", list.getBytes(StandardCharsets.UTF_8));
        StoredImage image = pull(name(":list"));
        assertEquals(digest, image.manifestDigest());
        assertTrue(store.namesOf(image).contains(name("@" + top)));
    }

    @Test
    void a_broken_connection_resumes_at_the_same_position() throws IOException {
        registry.next(blobPath(), TestRegistry.brokenAfter(layer, 40_000), TestRegistry.brokenAfter(layer, 0));
        StoredImage image = pull(name(":1"));
        assertArrayEquals(layer, Files.readAllBytes(image.layers().get(0).file()));
        assertEquals(List.of(Duration.ofSeconds(1), Duration.ofSeconds(2)), pauses);
    }

    @Test
    void data_of_an_earlier_pull_is_not_fetched_again() throws IOException {
        Path partial = store.folder().partial(Digest.of(layer));
        Files.write(partial, Arrays.copyOf(layer, 50_000));
        pull(name(":1"));
        assertTrue(registry.requests.contains("GET " + blobPath() + " bytes=50000-"), registry.requests::toString);
    }

    @Test
    void a_wrong_beginning_of_an_earlier_pull_is_found_and_forgotten() throws IOException {
        Files.write(store.folder().partial(Digest.of(layer)), new byte[50_000]);
        assertTrue(refusal(name(":1")).contains("has another digest"));
        pull(name(":1"));
    }

    @Test
    void a_registry_without_ranges_sends_all_again() throws IOException {
        Files.write(store.folder().partial(Digest.of(layer)), Arrays.copyOf(layer, 50_000));
        registry.next(blobPath(), TestRegistry.bytes(layer));
        assertArrayEquals(
                layer, Files.readAllBytes(pull(name(":1")).layers().get(0).file()));
    }

    @Test
    void a_busy_registry_is_asked_again_after_the_time_that_it_names() {
        String path = "/v2/org/app/manifests/1";
        registry.next(
                path,
                TestRegistry.status(429, Map.of("Retry-After", "7")),
                TestRegistry.status(503, Map.of()),
                TestRegistry.status(500, Map.of()));
        pull(name(":1"));
        assertEquals(List.of(Duration.ofSeconds(7), Duration.ofSeconds(2), Duration.ofSeconds(4)), pauses);
        pauses.clear();
        registry.next(path, TestRegistry.status(429, Map.of("Retry-After", "86400")));
        assertTrue(refusal(name(":1")).contains("the server allows a retry in 86400 s"));
        registry.next(
                path, Collections.nCopies(5, TestRegistry.status(502, Map.of())).toArray(TestRegistry.Trick[]::new));
        assertTrue(refusal(name(":1")).contains("HTTP status 502"));
        assertEquals(4, pauses.size());
    }

    @Test
    void wrong_digests_and_sizes_are_refused_and_leave_nothing() {
        byte[] wrong = layer.clone();
        wrong[1000] ^= 1;
        registry.next(blobPath(), TestRegistry.bytes(wrong));
        assertTrue(refusal(name(":1")).contains("has another digest"));
        registry.next(blobPath(), TestRegistry.bytes(Arrays.copyOf(layer, layer.length + 1)));
        assertTrue(refusal(name(":1")).contains("is larger than the manifest says"));
        byte[] shorter = Arrays.copyOf(layer, 10);
        registry.put(blobPath(), shorter);
        assertTrue(refusal(name(":1")).contains("10 of " + layer.length + " bytes") || !pauses.isEmpty());
        assertEquals(List.of(), store.list());
        assertTrue(store.find(name(":1")).isEmpty());
    }

    @Test
    void a_manifest_that_is_not_what_was_asked_for_or_too_large_is_refused() {
        Digest digest = registry.image(REPOSITORY, "2", List.of(layer));
        registry.put("/v2/org/app/manifests/" + digest, "{\"schemaVersion\":2}".getBytes(StandardCharsets.UTF_8));
        assertTrue(refusal(name("@" + digest)).contains("has another digest"));
        registry.manifest(REPOSITORY, "large", new byte[Manifest.MAX_BYTES + 1]);
        assertTrue(refusal(name(":large")).contains("has more than"));
        assertEquals(
                registry.host() + " has no org/app/manifests/none (HTTP status 404: unknown\\nthing)",
                refusal(name(":none")));
    }

    @Test
    void a_token_is_asked_for_once_and_not_shown_to_other_hosts() throws IOException {
        try (TestRegistry other = new TestRegistry()) {
            logIn("me", "secret");
            registry.wanted = "Bearer t0ken";
            registry.challenge = "Bearer realm=\"http://" + registry.host()
                    + "/token\",service=\"s\",scope=\"repository:org/app:pull\"";
            registry.put("/token", "{\"token\":\"t0ken\"}".getBytes(StandardCharsets.UTF_8));
            String there = other.host().replace("127.0.0.1", "localhost");
            registry.next(
                    blobPath(), TestRegistry.status(307, Map.of("Location", "http://" + there + "/elsewhere?x=y")));
            other.put("/elsewhere", layer);
            pull(name(":1"));
            assertEquals(List.of("GET /elsewhere?x=y"), other.requests);
            List<String> tokens = registry.requests.stream()
                    .filter(request -> request.contains("/token"))
                    .toList();
            assertEquals(
                    List.of("GET /token?service=s&scope=repository%3Aorg%2Fapp%3Apull Basic bWU6c2VjcmV0"), tokens);
        }
    }

    @Test
    void an_identity_token_is_exchanged_for_a_token() throws IOException {
        Files.writeString(
                folder.resolve("auth.json"), "{\"auths\":{\"" + registry.host() + "\":{\"identitytoken\":\"long\"}}}");
        registry.wanted = "Bearer short";
        registry.challenge = "Bearer realm=\"http://" + registry.host() + "/token\",service=\"s\"";
        registry.put("/token", "{\"access_token\":\"short\"}".getBytes(StandardCharsets.UTF_8));
        pull(name(":1"));
        assertTrue(registry.requests.contains("POST /token"));
    }

    @Test
    void user_and_password_are_sent_only_when_they_are_asked_for() throws IOException {
        registry.wanted = "Basic bWU6c2VjcmV0";
        registry.challenge = "Basic realm=\"x\"";
        assertTrue(refusal(name(":1")).contains("rustyrun login " + registry.host()));
        logIn("me", "wrong");
        assertTrue(refusal(name(":1")).contains("does not accept the login of \"me\""));
        logIn("me", "secret");
        registry.requests.clear();
        pull(name(":1"));
        assertEquals("GET /v2/org/app/manifests/1", registry.requests.get(0));
    }

    @Test
    void redirects_that_do_not_end_or_lead_nowhere_are_refused() {
        String here = "http://" + registry.host() + blobPath();
        registry.next(
                blobPath(),
                Collections.nCopies(10, TestRegistry.status(302, Map.of("Location", here)))
                        .toArray(TestRegistry.Trick[]::new));
        assertTrue(refusal(name(":1")).contains("redirects more than 5 times"));
        registry.image(REPOSITORY, "1", List.of(new byte[] {1}));
        String other = "/v2/org/app/blobs/" + Digest.of(new byte[] {1});
        registry.next(other, TestRegistry.status(302, Map.of("Location", "file:///etc/passwd")));
        assertTrue(refusal(name(":1")).contains("only https addresses are followed"));
    }

    @Test
    void a_blob_that_does_not_fit_into_the_store_is_not_fetched() {
        store = store.within(new StoreLimit(500, folder.resolve("images.json")));
        assertTrue(refusal(name(":1")).contains("maxSize"));
        assertFalse(registry.requests.contains("GET " + blobPath()));
    }

    @Test
    void a_mirror_is_asked_first_and_the_registry_when_it_fails() throws IOException {
        try (TestRegistry mirror = new TestRegistry()) {
            mirror.image("cache/" + REPOSITORY, "1", List.of(layer));
            String settings = "{\"registries\":{\"" + registry.host() + "\":{\"mirrors\":[\"" + mirror.host()
                    + "/cache\"]},\"" + mirror.host() + "\":{\"plainHttp\":true}}}";
            StoredImage image = pull(name(":1"), settings);
            assertEquals(1, image.layers().size());
            assertEquals(List.of(), registry.requests);
            mirror.next("/v2/cache/org/app/manifests/1", TestRegistry.status(404, Map.of()));
            assertEquals(2, pull(name(":1"), settings).layers().size());
        }
    }

    @Test
    void parallel_pulls_of_one_image_fetch_each_blob_once() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<StoredImage>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(threads.submit(() -> pull(name(":1"))));
        }
        for (Future<StoredImage> one : all) {
            assertEquals(2, one.get().layers().size());
        }
        threads.shutdown();
        assertEquals(
                1,
                registry.requests.stream()
                        .filter(request -> request.equals("GET " + blobPath()))
                        .count());
    }

    @Test
    void a_missing_server_is_reported_in_one_line() {
        registry.close();
        assertTrue(refusal(name(":1")).startsWith("the manifest 1 from 127.0.0.1:"));
    }

    @Test
    void a_server_with_an_unknown_name_is_not_tried_again() {
        String message = refusal(ImageReference.parse("no-such-host.invalid/app:1"));
        assertTrue(message.contains("its name cannot be resolved"), message);
        assertEquals(List.of(), pauses);
    }
}
