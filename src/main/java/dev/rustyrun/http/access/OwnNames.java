package dev.rustyrun.http.access;

import dev.rustyrun.http.Problem;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * The host names by which a port may be addressed. With DNS rebinding, a web page can make its own host name resolve to
 * this machine; its requests then have the page's own origin, but their {@code Host} header still has the page's name.
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

    /** The names of the service's port and socket. */
    static OwnNames ofService(String listeningOn, List<String> allowed) {
        return new OwnNames(listeningOn, allowed, false);
    }

    /**
     * The names of the management port. If it listens on a network, any IP address is accepted, because probes use
     * them; a web page's host name cannot be an IP address of this machine.
     */
    static OwnNames ofManagement(String listeningOn, List<String> allowed) {
        return new OwnNames(listeningOn, allowed, !Exposure.isLoopback(listeningOn));
    }

    /** The problem if {@code request} addresses another host, or comes from a web page of another origin. */
    Optional<Problem> objection(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        String host = authority == null ? "" : authority.host();
        if (!isOurs(host)) {
            return forbidden("this service does not have the name \"" + host + "\"; add it to rustyrun.allowed-hosts");
        }
        String origin = request.getHeader("Origin");
        return origin == null || isSameOrigin(origin, authority)
                ? Optional.empty()
                : forbidden("web pages of other origins must not use this service");
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
