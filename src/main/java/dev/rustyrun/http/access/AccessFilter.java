package dev.rustyrun.http.access;

import dev.rustyrun.engine.service.ServeConfig;
import dev.rustyrun.http.Problem;
import dev.rustyrun.http.ProblemException;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Checks every request before all other handlers, web sockets too: it must address the service by one of its names,
 * must not come from another web site's page, and must be authenticated if authentication is configured. Authorization
 * depends on the matched route: {@link RoleFilter}, {@link Upgrades}.
 */
@Singleton
final class AccessFilter {

    private static final int BEFORE_ALL_ELSE = 10_000;

    private final Authentication authentication;
    private final OwnNames names;
    private final long mostBytes;

    AccessFilter(
            ServeConfig config,
            Authentication authentication,
            @ConfigProperty(name = "quarkus.http.host") String listeningOn,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size")
                    io.quarkus.runtime.configuration.MemorySize most) {
        Exposure.check(listeningOn, config.tokenFile().or(config::tlsClientCa));
        this.authentication = authentication;
        this.names = OwnNames.ofService(listeningOn, config.allowedHosts().orElse(List.of()));
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
        Optional<Problem> stranger = names.objection(request);
        if (stranger.isPresent()) {
            return stranger;
        }
        try {
            authentication.of(request).putInto(context);
        } catch (ProblemException e) {
            return Optional.of(e.problem());
        }
        // StrictHttp has already checked that this is a number.
        String length = request.getHeader("Content-Length");
        return length != null && Long.parseLong(length) > mostBytes
                ? Optional.of(Problem.of(413, "content-too-large", "the body has more than " + mostBytes + " bytes"))
                : Optional.empty();
    }
}
