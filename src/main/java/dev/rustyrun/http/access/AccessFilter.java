package dev.rustyrun.http.access;

import dev.rustyrun.http.Problem;
import dev.rustyrun.http.ProblemException;
import dev.rustyrun.http.ServeConfig;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Stands before everything that the service answers, web sockets too: who asks must address it by a name of its own, come
 * from no other web page, and be known where there are tokens. What a known caller may do depends on what is matched:
 * {@link RoleFilter}, {@link Upgrades}.
 */
@Singleton
final class AccessFilter {

    private static final int BEFORE_ALL_ELSE = 10_000;

    private final Authentication authentication;
    private final Optional<List<String>> allowedHosts;
    private final String listeningOn;
    private final long mostBytes;

    AccessFilter(
            ServeConfig config,
            Authentication authentication,
            @ConfigProperty(name = "quarkus.http.host") String listeningOn,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size")
                    io.quarkus.runtime.configuration.MemorySize most) {
        Exposure.check(listeningOn, config.tokenFile().or(config::tlsClientCa));
        this.authentication = authentication;
        this.allowedHosts = config.allowedHosts();
        this.listeningOn = listeningOn;
        this.mostBytes = most.asLongValue();
    }

    void register(@Observes Filters filters) {
        filters.register(this::check, BEFORE_ALL_ELSE);
    }

    private void check(RoutingContext context) {
        Optional<Problem> problem = objection(context);
        if (problem.isEmpty()) {
            context.next();
            return;
        }
        Refusal.send(context.response(), problem.get());
    }

    private Optional<Problem> objection(RoutingContext context) {
        HttpServerRequest request = context.request();
        String host = request.authority() == null ? "" : request.authority().host();
        if (!isOurs(host)) {
            return forbidden("this service is not called \"" + host + "\"; rustyrun.allowed-hosts names further names");
        }
        String origin = request.getHeader("Origin");
        if (origin != null && !isSameOrigin(origin, request)) {
            return forbidden("web pages of other origins may not use this service");
        }
        String length = request.getHeader("Content-Length");
        if (length != null && length.matches("[0-9]{1,18}") && Long.parseLong(length) > mostBytes) {
            return Optional.of(Problem.of(413, "content-too-large", "the body has more than " + mostBytes + " bytes"));
        }
        try {
            authentication.of(request).putInto(context);
            return Optional.empty();
        } catch (ProblemException e) {
            return Optional.of(e.problem());
        }
    }

    private static Optional<Problem> forbidden(String detail) {
        return Optional.of(Problem.of(403, "forbidden", detail));
    }

    /** Where it is reached through this machine only, a page of a foreign name that was made to lead here is told apart. */
    private boolean isOurs(String host) {
        if (host.equalsIgnoreCase(listeningOn)
                || allowedHosts.isPresent() && allowedHosts.get().contains(host)) {
            return true;
        }
        return Exposure.isLoopback(listeningOn) || allowedHosts.isPresent() ? Exposure.isLoopback(host) : true;
    }

    private static boolean isSameOrigin(String origin, HttpServerRequest request) {
        try {
            URI uri = URI.create(origin);
            int usual = "https".equals(uri.getScheme()) ? 443 : 80;
            int port = uri.getPort() < 0 ? usual : uri.getPort();
            int ours =
                    request.authority().port() < 0 ? usual : request.authority().port();
            return uri.getHost() != null
                    && uri.getHost().equalsIgnoreCase(request.authority().host())
                    && port == ours;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
