package dev.rustyrun.http.access;

import dev.rustyrun.engine.service.ServeConfig;
import dev.rustyrun.http.Problem;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Checks every request on the management port, where Quarkus has no filters: it must address the port by one of its
 * names.
 */
@Singleton
final class ManagementFilter {

    private final OwnNames names;

    ManagementFilter(ServeConfig config, @ConfigProperty(name = "quarkus.management.host") String listeningOn) {
        this.names = OwnNames.ofManagement(listeningOn, config.allowedHosts().orElse(List.of()));
    }

    void register(@Observes ManagementInterface management) {
        management.router().route().order(Integer.MIN_VALUE).handler(this::check);
    }

    private void check(RoutingContext context) {
        Optional<Problem> problem = names.objection(context.request());
        if (problem.isPresent()) {
            Refusal.send(context.response(), problem.get());
        } else {
            context.next();
        }
    }
}
