package dev.rustyrun.http.access;

import dev.rustyrun.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * By which names a port may be addressed. A web page can have a name of its own lead to this machine (DNS rebinding), and its
 * requests are then of its own origin; their {@code Host} tells it apart.
 */
final class OwnNames {

    private final String listeningOn;
    private final List<String> allowed;
    private final boolean addresses;

    private OwnNames(String listeningOn, List<String> allowed, boolean addresses) {
        this.listeningOn = listeningOn;
        this.allowed = allowed;
        this.addresses = addresses;
    }

    /** Those of the service's port and socket. */
    static OwnNames ofService(String listeningOn, List<String> allowed) {
        return new OwnNames(listeningOn, allowed, false);
    }

    /**
     * Those of the management port: on a network, probes use any address of the machine, which no page can have as its
     * name.
     */
    static OwnNames ofManagement(String listeningOn, List<String> allowed) {
        return new OwnNames(listeningOn, allowed, !Exposure.isLoopback(listeningOn));
    }

    /** Why {@code request} is not for this port, or from a page of somebody else's, if that is so. */
    Optional<Problem> objection(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        String host = authority == null ? "" : authority.host();
        if (!isOurs(host)) {
            return forbidden("this service is not called \"" + host + "\"; rustyrun.allowed-hosts names further names");
        }
        String origin = request.getHeader("Origin");
        return origin == null || isSameOrigin(origin, authority)
                ? Optional.empty()
                : forbidden("web pages of other origins may not use this service");
    }

    private static Optional<Problem> forbidden(String detail) {
        return Optional.of(Problem.of(403, "forbidden", detail));
    }

    boolean isOurs(String host) {
        if (host.equalsIgnoreCase(listeningOn)
                || Exposure.isLoopback(host)
                || allowed.stream().anyMatch(host::equalsIgnoreCase)
                || addresses && isAddress(host)) {
            return true;
        }
        return !Exposure.isLoopback(listeningOn) && allowed.isEmpty() && !host.isEmpty();
    }

    private static boolean isAddress(String host) {
        return host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}|\\[[0-9A-Fa-f:.]+\\]");
    }

    private static boolean isSameOrigin(String origin, HostAndPort ours) {
        try {
            URI uri = URI.create(origin);
            int usual = "https".equals(uri.getScheme()) ? 443 : 80;
            int port = uri.getPort() < 0 ? usual : uri.getPort();
            return uri.getHost() != null
                    && uri.getHost().equalsIgnoreCase(ours.host())
                    && port == (ours.port() < 0 ? usual : ours.port());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
