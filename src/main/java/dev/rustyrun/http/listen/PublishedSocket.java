package dev.rustyrun.http.listen;

import dev.rustyrun.engine.service.ServeConfig;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.vertx.http.DomainSocketServerStart;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Publishes the service's unix socket at its path while the service listens. */
@Singleton
final class PublishedSocket {

    private static final Logger LOG = Logger.getLogger(PublishedSocket.class);

    private final Optional<SocketPath> path;
    private final Optional<String> group;
    private final String bound;
    private Optional<Object> identity = Optional.empty();

    PublishedSocket(ServeConfig config, @ConfigProperty(name = "quarkus.http.domain-socket") Optional<String> bound) {
        this.path = config.socket().map(SocketPath::new);
        this.group = config.socketGroup();
        this.bound = bound.orElse("");
    }

    synchronized void listens(@ObservesAsync DomainSocketServerStart event) {
        try {
            identity = Optional.of(path.orElseThrow().publish(bound, group));
        } catch (IOException e) {
            LOG.errorf("the socket cannot be published: %s", e.getMessage());
            Quarkus.asyncExit(1);
        }
    }

    synchronized void stop(@Observes ShutdownEvent event) throws IOException {
        if (identity.isPresent()) {
            path.orElseThrow().remove(identity.get());
        }
    }
}
