package dev.rustyrun.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The target of a request to a port of a container.
 *
 * @param id the container's id
 * @param port from 1 to 65535
 * @param path path on the container's server, as the client sent it; begins with a slash
 * @param query the text after the question mark, if there is one
 */
record PortAddress(String id, int port, String path, Optional<String> query) {

    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final int MAX_PORT = 65_535;

    /**
     * Parses the address of {@code request}.
     *
     * @param normalized the normalized path
     * @throws ProblemException 400 when {@code port} is invalid
     */
    static PortAddress of(HttpServerRequest request, String normalized, String id, String port) {
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) > MAX_PORT) {
            throw Problem.of(400, "invalid-port", "the port must be a number from 1 to " + MAX_PORT)
                    .exception();
        }
        String prefix = prefix(id, Integer.parseInt(port));
        // Keeps the client's spelling of the rest if the prefix is in its normal form.
        String whole = request.path() != null && request.path().startsWith(prefix) ? request.path() : normalized;
        String rest = whole.startsWith(prefix) ? whole.substring(prefix.length()) : "";
        return new PortAddress(
                id,
                Integer.parseInt(port),
                rest.startsWith("/") ? rest : "/" + rest,
                Optional.ofNullable(request.query()));
    }

    private static String prefix(String id, int port) {
        return "/v1/containers/" + id + "/ports/" + port;
    }

    /** The part of this service's path before {@link #path}. */
    String prefix() {
        return prefix(id, port);
    }

    /** The Host header for the container's server. */
    String host() {
        return "localhost:" + port;
    }

    /** The request target for the container's server. */
    String target() {
        return path + query.map(text -> "?" + text).orElse("");
    }
}
