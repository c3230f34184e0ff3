package dev.rustyrun.http;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The headers of a request to a container, and of its response. Hop-by-hop headers are removed (RFC 9110, section
 * 7.6.1). Credentials for this service are not sent to the container, and headers that a browser would apply to the
 * whole origin of this service are not returned.
 */
final class PortHeaders {

    private static final Set<String> OF_A_CONNECTION = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-authentication-info",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    private static final Set<String> NOT_IN =
            Set.of("host", "content-length", "expect", "authorization", "forwarded", "x-real-ip");
    private static final String FORWARDED = "x-forwarded-";

    private static final Set<String> NOT_OUT = Set.of(
            "content-length",
            "location",
            "set-cookie",
            "alt-svc",
            "clear-site-data",
            "nel",
            "report-to",
            "reporting-endpoints",
            "service-worker-allowed",
            "strict-transport-security");

    /**
     * With this policy a browser gives a container's page an opaque origin, so that it has no access to this service.
     */
    private static final String SANDBOX = "sandbox allow-downloads allow-forms allow-modals allow-popups allow-scripts";

    private PortHeaders() {}

    /** The headers for the container's server. */
    static HttpHeaders in(HttpServerRequest request, PortAddress address, boolean upgrades) {
        HttpHeaders headers = new DefaultHttpHeaders();
        Set<String> dropped = ofConnection(request.headers().getAll("Connection"));
        for (Map.Entry<String, String> header : request.headers()) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!dropped.contains(name) && !NOT_IN.contains(name) && !name.startsWith(FORWARDED)) {
                headers.add(header.getKey(), header.getValue());
            }
        }
        headers.set(HttpHeaderNames.HOST, address.host());
        String peer =
                request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
        if (peer != null) {
            headers.set("X-Forwarded-For", peer);
        }
        headers.set("X-Forwarded-Proto", request.isSSL() ? "https" : "http");
        headers.set("X-Forwarded-Host", hostOf(request));
        headers.set("X-Forwarded-Prefix", address.prefix());
        headers.set(HttpHeaderNames.CONNECTION, upgrades ? "Upgrade" : "close");
        if (upgrades) {
            headers.set(HttpHeaderNames.UPGRADE, "websocket");
        }
        String length = request.getHeader(HttpHeaderNames.CONTENT_LENGTH);
        if (length != null) {
            headers.set(HttpHeaderNames.CONTENT_LENGTH, length);
        } else if (request.getHeader(HttpHeaderNames.TRANSFER_ENCODING) != null) {
            headers.set(HttpHeaderNames.TRANSFER_ENCODING, "chunked");
        }
        return headers;
    }

    /**
     * Adds to {@code answer} those of the {@code given} headers that the client may see, without the length.
     *
     * @throws IllegalArgumentException when a header is invalid
     */
    static void out(HttpHeaders given, MultiMap answer, PortAddress address, String host) {
        Set<String> dropped = ofConnection(given.getAll(HttpHeaderNames.CONNECTION));
        for (Map.Entry<String, String> header : given) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (!dropped.contains(name) && !NOT_OUT.contains(name)) {
                answer.add(header.getKey(), header.getValue());
            }
        }
        Optional.ofNullable(given.get(HttpHeaderNames.LOCATION))
                .flatMap(new PortLocation(address, host)::confine)
                .ifPresent(location -> answer.set("Location", location));
        PortCookie cookies = new PortCookie(address);
        given.getAll(HttpHeaderNames.SET_COOKIE)
                .forEach(cookie -> cookies.confine(cookie).ifPresent(own -> answer.add("Set-Cookie", own)));
        answer.add("Content-Security-Policy", SANDBOX);
    }

    /** The host name by which the client addresses this service. */
    static String hostOf(HttpServerRequest request) {
        return Optional.ofNullable(request.getHeader(HttpHeaderNames.HOST)).orElse("");
    }

    private static Set<String> ofConnection(List<String> named) {
        Set<String> names = new HashSet<>(OF_A_CONNECTION);
        for (String value : named) {
            for (String name : value.split(",")) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}
