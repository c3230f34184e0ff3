package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Fetches manifests and blobs of one repository from one host; OCI distribution-spec, "Pull". Safe for use by several
 * threads.
 */
final class RegistryClient {

    private static final String ACCEPTED =
            String.join(", ", ManifestIndex.OCI, ManifestIndex.DOCKER, Manifest.OCI, Manifest.DOCKER);
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final int MAX_REDIRECTS = 5;
    /** The second attempt is for an expired token. */
    private static final int MAX_LOGINS = 2;

    private static final int MAX_ERROR = 64 * 1024;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient http;
    private final URI base;
    private final String host;
    private final String repository;
    private final Authorization authorization;
    private final Retries retries;
    private final boolean plain;
    private final ScheduledExecutorService clock = StallGuard.clock();

    /**
     * @param endpoint a host with an optional port and, for a mirror, an optional path prefix
     * @param login the login for the registry
     */
    RegistryClient(
            String endpoint,
            String repository,
            RegistrySettings.Registry settings,
            Credentials login,
            Retries retries) {
        int slash = endpoint.indexOf('/');
        this.host = slash < 0 ? endpoint : endpoint.substring(0, slash);
        this.repository = slash < 0 ? repository : endpoint.substring(slash + 1) + "/" + repository;
        this.plain = settings.plainHttp();
        String address = host.equals(ImageReference.DOCKER) ? "registry-1.docker.io" : host;
        this.base = uri((plain ? "http://" : "https://") + address + "/v2/");
        this.retries = retries;
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(CONNECT_TIMEOUT)
                .proxy(new Proxies(System.getenv()));
        this.http = (plain ? builder : builder.sslContext(Trust.of(host, settings))).build();
        this.authorization = new Authorization(http, base, this.repository, login);
    }

    private static URI uri(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidSpecException("registry " + Printable.quoted(text) + " is not a valid address");
        }
    }

    String host() {
        return host;
    }

    /** A manifest or an index, and its media type from the registry. */
    record Document(byte[] bytes, String mediaType) {}

    /**
     * Fetches a manifest.
     *
     * @param version a tag or a digest; a digest is checked
     * @throws InvalidSpecException when it does not exist, or cannot be fetched
     */
    Document manifest(String version) {
        URI uri = base.resolve(repository + "/manifests/" + version);
        return retries.run("the manifest " + version + " from " + host, () -> {
            HttpResponse<InputStream> response = send(uri, Map.of("Accept", ACCEPTED), Set.of(200));
            try (InputStream body = guarded(response)) {
                byte[] bytes = body.readNBytes(Manifest.MAX_BYTES + 1);
                if (bytes.length > Manifest.MAX_BYTES) {
                    throw new WrongBlobException("the manifest " + version + " from " + host + " has more than "
                            + Manifest.MAX_BYTES + " bytes");
                }
                long announced =
                        response.headers().firstValueAsLong("Content-Length").orElse(bytes.length);
                if (announced != bytes.length) {
                    throw new IOException("the transfer ended after " + bytes.length + " of " + announced + " bytes");
                }
                if (version.contains(":")) {
                    check(version, bytes);
                }
                String type =
                        response.headers().firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
                return new Document(bytes, type);
            }
        });
    }

    private void check(String version, byte[] bytes) {
        Digest wanted = Digest.parse(version);
        Digest found = Digest.of(wanted.algorithm(), wanted.hash().digest(bytes));
        if (!found.equals(wanted)) {
            throw new WrongBlobException("the manifest from " + host + " has another digest than " + wanted + ", "
                    + found + ": the registry or a proxy has changed it");
        }
    }

    /** Fetches a blob of the repository into the store; retries when the connection breaks. */
    void fetch(Descriptor blob, Blobs blobs, Progress progress) {
        retries.run("the blob " + blob.digest() + " from " + host, () -> {
            blobs.fetch(blob, offset -> open(blob.digest(), offset), progress);
            return blob;
        });
    }

    private Blobs.Part open(Digest blob, long offset) throws IOException {
        URI uri = base.resolve(repository + "/blobs/" + blob);
        Map<String, String> headers = offset == 0 ? Map.of() : Map.of("Range", "bytes=" + offset + "-");
        HttpResponse<InputStream> response = send(uri, headers, Set.of(200, 206));
        if (response.statusCode() == 206) {
            String range = response.headers().firstValue("Content-Range").orElse("");
            if (!range.startsWith("bytes " + offset + "-")) {
                response.body().close();
                throw new WrongBlobException(
                        host + " answered with another range of the blob " + blob + ": " + Printable.quoted(range));
            }
            return new Blobs.Part(guarded(response), offset);
        }
        return new Blobs.Part(guarded(response), 0);
    }

    private InputStream guarded(HttpResponse<InputStream> response) {
        return new StallGuard(response.body(), ANSWER_TIMEOUT, clock);
    }

    /** Checks the login with the registry. */
    void check() {
        retries.run("the login at " + host, " cannot be checked: ", () -> {
            send(base, Map.of(), Set.of(200)).body().close();
            return host;
        });
    }

    /** Sends a request, with authorization if the registry requires it, and follows redirects. */
    private HttpResponse<InputStream> send(URI first, Map<String, String> headers, Set<Integer> wanted)
            throws IOException {
        URI uri = first;
        int asked = 0;
        for (int redirects = 0; redirects <= MAX_REDIRECTS; ) {
            boolean own = isSameHost(uri, base);
            Optional<String> login = own ? authorization.value() : Optional.empty();
            HttpResponse<InputStream> response = exchange(uri, headers, login);
            int status = response.statusCode();
            if (wanted.contains(status)) {
                return response;
            }
            if (status == 401 && own && asked < MAX_LOGINS) {
                asked++;
                response.body().close();
                authorization.answer(Challenge.parse(response.headers().allValues("WWW-Authenticate")), login);
            } else if (REDIRECTS.contains(status)) {
                response.body().close();
                uri = target(uri, response);
                redirects++;
            } else {
                throw refusal(first, response);
            }
        }
        throw new ImageException(
                ImageException.Kind.UNAVAILABLE, host + " redirects more than " + MAX_REDIRECTS + " times");
    }

    private HttpResponse<InputStream> exchange(URI uri, Map<String, String> headers, Optional<String> login)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(uri).timeout(ANSWER_TIMEOUT).header("User-Agent", "rustyrun");
        headers.forEach(request::header);
        login.ifPresent(value -> request.header("Authorization", value));
        return Authorization.send(http, request.build(), BodyHandlers.ofInputStream());
    }

    private URI target(URI from, HttpResponse<?> response) {
        String location = response.headers().firstValue("Location").orElse("");
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new ImageException(
                    ImageException.Kind.UNAVAILABLE,
                    host + " redirects to " + Printable.quoted(location) + ", which is not a valid address");
        }
        String scheme = String.valueOf(to.getScheme()).toLowerCase(Locale.ROOT);
        if (to.getHost() == null || !scheme.equals("https") && !(scheme.equals("http") && plain)) {
            throw new ImageException(
                    ImageException.Kind.UNAVAILABLE,
                    host + " redirects to " + Printable.quoted(location) + ": only https addresses are followed");
        }
        return to;
    }

    private static boolean isSameHost(URI one, URI other) {
        return one.getScheme().equals(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && one.getPort() == other.getPort();
    }

    /** The exception for a refused request. Throws an IOException if a retry may succeed. */
    private RuntimeException refusal(URI uri, HttpResponse<InputStream> response) throws IOException {
        int status = response.statusCode();
        String said;
        try (InputStream body = response.body()) {
            said = words(body.readNBytes(MAX_ERROR));
        }
        String why = "HTTP status " + status + (said.isEmpty() ? "" : ": " + said);
        if (status == 429 || status >= 500) {
            throw new Retries.LaterException(why, response.headers().firstValue("Retry-After"));
        }
        String what = uri.getPath().replaceFirst("^/v2/", "");
        return new ImageException(
                status == 401 || status == 403
                        ? ImageException.Kind.DENIED
                        : status == 404 ? ImageException.Kind.NOT_FOUND : ImageException.Kind.UNAVAILABLE,
                switch (status) {
                    case 401, 403 ->
                        host + " refuses access to " + what + " (" + why + ")"
                                + "; it may not exist, or needs: rustyrun login " + host;
                    case 404 -> host + " has no " + what + " (" + why + ")";
                    default -> host + " refuses " + what + " (" + why + ")";
                });
    }

    private static String words(byte[] body) {
        List<String> all = new ArrayList<>();
        try {
            DocumentField.read("the error", body)
                    .field("errors")
                    .elements()
                    .forEach(error -> all.add(
                            error.field("message").textOr(error.field("code").textOr(""))));
        } catch (InvalidSpecException e) {
            return "";
        }
        return Printable.shown(String.join(", ", all));
    }
}
