package dev.rustyrun.http;

import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a request to a port of a container is for.
 *
 * @param id of the container
 * @param port from 1 to 65535
 * @param path of the container's server, as the caller has written it; it begins with a slash
 * @param query behind the question mark, if there is one
 */
record PortAddress(String id, int port, String path, Optional<String> query) {

    private static final Pattern PORT = Pattern.compile("[1-9][0-9]{0,4}");
    private static final int MAX_PORT = 65_535;

    /**
     * That of {@code request}.
     *
     * @param normalized its path without what may be written in another way
     * @throws ProblemException 400 when {@code port} is none
     */
    static PortAddress of(HttpServerRequest request, String normalized, String id, String port) {
        if (!PORT.matcher(port).matches() || Integer.parseInt(port) > MAX_PORT) {
            throw Problem.of(400, "invalid-port", "a port is a number from 1 to " + MAX_PORT)
                    .exception();
        }
        String prefix = prefix(id, Integer.parseInt(port));
        // As it was written, if its beginning was written in the usual way.
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

    /** What comes before {@link #path} in this service. */
    String prefix() {
        return prefix(id, port);
    }

    /** What the container's server is called. */
    String host() {
        return "localhost:" + port;
    }

    /** What it is asked for. */
    String target() {
        return path + query.map(text -> "?" + text).orElse("");
    }
}
