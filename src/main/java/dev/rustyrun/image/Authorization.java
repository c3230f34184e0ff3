package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The authorization of requests to a registry: none, user and password, or a token that a token server issues for one
 * repository; see "Token Authentication Specification" of the distribution project. A token is used until the registry
 * refuses it.
 */
final class Authorization {

    private static final int MAX_TOKEN = 256 * 1024;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final HttpClient http;
    private final URI registry;
    private final String repository;
    private final Credentials login;
    private Optional<String> value = Optional.empty();

    Authorization(HttpClient http, URI registry, String repository, Credentials login) {
        this.http = http;
        this.registry = registry;
        this.repository = repository;
        this.login = login;
    }

    /** The value of the Authorization header; empty until the registry has requested one. */
    synchronized Optional<String> value() {
        return value;
    }

    /**
     * Answers the challenges of a registry that has refused the header value {@code tried}. If several threads call
     * this, only one requests a new token.
     *
     * @throws ImageException when a login is missing or not accepted
     */
    synchronized void answer(List<Challenge> challenges, Optional<String> tried) throws IOException {
        if (!tried.equals(value)) {
            return;
        }
        for (Challenge challenge : challenges) {
            if (challenge.scheme().equals("bearer")) {
                value = Optional.of("Bearer " + token(challenge));
                return;
            }
        }
        for (Challenge challenge : challenges) {
            if (challenge.scheme().equals("basic")) {
                if (!login.isPresent()) {
                    throw new ImageException(
                            ImageException.Kind.DENIED,
                            registry.getAuthority() + " requires a login: run rustyrun login "
                                    + registry.getAuthority());
                }
                if (tried.isPresent()) {
                    throw refused();
                }
                value = Optional.of(login.basic());
                return;
            }
        }
        throw new ImageException(
                ImageException.Kind.DENIED,
                registry.getAuthority() + " refuses access and offers neither basic nor bearer authentication");
    }

    private ImageException refused() {
        return new ImageException(
                ImageException.Kind.DENIED,
                registry.getAuthority() + " does not accept the login of " + Printable.quoted(login.user())
                        + ": rustyrun login " + registry.getAuthority());
    }

    private String token(Challenge challenge) throws IOException {
        URI realm = realm(challenge.parameter("realm").orElse(""));
        Map<String, String> query = new LinkedHashMap<>();
        challenge.parameter("service").ifPresent(service -> query.put("service", service));
        String scope = repository.isEmpty() ? "" : "repository:" + repository + ":pull";
        challenge
                .parameter("scope")
                .or(() -> Optional.of(scope))
                .filter(text -> !text.isEmpty())
                .ifPresent(text -> query.put("scope", text));
        HttpRequest.Builder request = HttpRequest.newBuilder().timeout(TIMEOUT).header("User-Agent", "rustyrun");
        if (!login.identityToken().isEmpty()) {
            query.put("grant_type", "refresh_token");
            query.put("client_id", "rustyrun");
            query.put("refresh_token", login.identityToken());
            request.uri(realm)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(BodyPublishers.ofString(form(query)));
        } else {
            String separator = realm.getRawQuery() == null ? "?" : "&";
            request.uri(URI.create(realm + (query.isEmpty() ? "" : separator + form(query))));
            if (login.isPresent()) {
                request.header("Authorization", login.basic());
            }
        }
        HttpResponse<InputStream> response = send(http, request.build(), BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            return read(realm, response, body.readNBytes(MAX_TOKEN));
        }
    }

    private String read(URI realm, HttpResponse<?> response, byte[] body) throws IOException {
        int status = response.statusCode();
        if (status == 429 || status >= 500) {
            throw new Retries.LaterException(
                    realm.getHost() + ": HTTP status " + status,
                    response.headers().firstValue("Retry-After"));
        }
        if (status == 401 || status == 403) {
            throw login.isPresent()
                    ? refused()
                    : new ImageException(
                            ImageException.Kind.DENIED,
                            realm.getHost() + " gives no token for " + repository + " without a login: rustyrun login "
                                    + registry.getAuthority());
        }
        if (status != 200) {
            throw new ImageException(
                    ImageException.Kind.UNAVAILABLE, realm.getHost() + " gives no token: HTTP status " + status);
        }
        DocumentField answer = DocumentField.read("the token from " + realm.getHost(), body);
        String token = answer.field("token", "access_token").textOr("");
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw answer.wrong("is not a token");
        }
        return token;
    }

    private URI realm(String text) {
        try {
            URI realm = URI.create(text);
            boolean plain =
                    "http".equals(realm.getScheme()) && registry.getScheme().equals("http");
            if (realm.getHost() != null && ("https".equals(realm.getScheme()) || plain)) {
                return realm;
            }
        } catch (IllegalArgumentException e) {
            // The exception below reports the invalid address.
        }
        throw new ImageException(
                ImageException.Kind.UNAVAILABLE,
                registry.getAuthority() + " names the token server " + Printable.quoted(text)
                        + ": only https addresses are used");
    }

    private static String form(Map<String, String> fields) {
        return String.join(
                "&",
                fields.entrySet().stream()
                        .map(field ->
                                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                        .toList());
    }

    static <T> HttpResponse<T> send(HttpClient http, HttpRequest request, BodyHandler<T> handler) throws IOException {
        try {
            return http.send(request, handler);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("it was interrupted");
        }
    }
}
