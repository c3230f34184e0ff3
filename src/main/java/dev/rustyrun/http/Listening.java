package dev.rustyrun.http;

import dev.rustyrun.engine.service.RootfsFolder;
import dev.rustyrun.engine.service.ServeConfig;
import dev.rustyrun.engine.service.UserNamespaces;
import dev.rustyrun.http.listen.SocketPath;
import io.quarkus.vertx.http.DomainSocketServerStart;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Logs one line when the service listens, and another one if its containers are not isolated as usual. */
@Singleton
final class Listening {

    private static final Logger LOG = Logger.getLogger("rustyrun");
    private static final int MAX_NAMES = 20;

    private final ServeConfig config;
    private final RootfsFolder folder;
    private final UserNamespaces users;
    private final boolean hasPort;
    private final AtomicBoolean logged = new AtomicBoolean();

    Listening(
            ServeConfig config,
            RootfsFolder folder,
            UserNamespaces users,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean hasPort) {
        this.config = config;
        this.folder = folder;
        this.users = users;
        this.hasPort = hasPort;
    }

    void listens(@ObservesAsync HttpServerStart event) {
        logAddress("http", event.options().getHost(), event.options().getPort());
        users.reportObstacle();
    }

    void listensSecurely(@ObservesAsync HttpsServerStart event) {
        logAddress("https", event.options().getHost(), event.options().getPort());
        users.reportObstacle();
    }

    void listens(@ObservesAsync DomainSocketServerStart event) {
        if (!hasPort) {
            logAddress("", "", 0);
        }
        users.reportObstacle();
    }

    private void logAddress(String scheme, String host, int port) {
        if (logged.getAndSet(true)) {
            return;
        }
        List<String> places = new ArrayList<>();
        if (!scheme.isEmpty()) {
            places.add(scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        }
        config.socket().ifPresent(path -> places.add("unix://" + path));
        config.socket().flatMap(path -> new SocketPath(path).risk()).ifPresent(LOG::warn);
        List<String> names = folder.names();
        LOG.info("listening on " + String.join(" and ", places) + " for " + callers(config) + "; root file systems in "
                + folder.folder() + ": "
                + (names.isEmpty()
                        ? "none yet"
                        : String.join(", ", names.subList(0, Math.min(names.size(), MAX_NAMES)))
                                + (names.size() > MAX_NAMES ? ", …" : "")));
    }

    private static String callers(ServeConfig config) {
        List<String> callers = new ArrayList<>();
        config.tokenFile().ifPresent(file -> callers.add("holders of a token in " + file));
        config.tlsClientCa().ifPresent(file -> callers.add("holders of a certificate of " + file));
        if (!callers.isEmpty()) {
            return String.join(" or ", callers);
        }
        return config.socket().isPresent()
                ? "everyone who may open the socket"
                        + config.socketGroup()
                                .map(group -> " (group " + group + ")")
                                .orElse("")
                : "everyone on this machine";
    }
}
