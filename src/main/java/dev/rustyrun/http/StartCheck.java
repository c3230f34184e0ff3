package dev.rustyrun.http;

import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.InvalidSpecException;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.DomainSocketServerStart;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.io.File;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Stops the start with invalid settings, and logs one line when the service listens. */
@Singleton
final class StartCheck {

    private static final Logger LOG = Logger.getLogger("rustyrun");
    private static final int FIRST = 1;
    private static final int MAX_NAMES = 20;

    private final LaunchTools tools;
    private final ServeConfig config;
    private final RootfsFolder folder;
    private final boolean hasPort;
    private final AtomicBoolean said = new AtomicBoolean();

    StartCheck(
            LaunchTools tools,
            ServeConfig config,
            RootfsFolder folder,
            @ConfigProperty(name = "quarkus.http.host-enabled", defaultValue = "true") boolean hasPort) {
        this.tools = tools;
        this.config = config;
        this.folder = folder;
        this.hasPort = hasPort;
    }

    void start(@Observes @Priority(FIRST) StartupEvent event) {
        check(config);
        checkUser();
        File place = folder.folder();
        if (!place.isDirectory()) {
            throw new InvalidSpecException("the folder of root file systems " + place
                    + " does not exist: set another one with --rootfs-folder");
        }
        config.dataFolder().ifPresent(StartCheck::checkWritable);
        checkStorage(config.storage()).ifPresent(name -> ContainerLayers.checkLimited(tools.linux(), name));
    }

    /** A service of an ordinary user would refuse all launches, because limits and isolation need root. */
    private void checkUser() {
        if (!tools.isRoot()) {
            throw new InvalidSpecException("serve needs root, of the host or of a container (docs/sidecar.md);"
                    + " rustyrun run works for every user");
        }
    }

    /**
     * Checks the numeric settings.
     *
     * @throws InvalidSpecException for the first invalid setting
     */
    static void check(ServeConfig config) {
        atLeast("rustyrun.concurrent", config.concurrent(), 1);
        atLeast("rustyrun.queue", config.queue(), 0);
        atLeast("rustyrun.queue-seconds", config.queueSeconds(), 0);
        atLeast("rustyrun.drain-seconds", config.drainSeconds(), 0);
        atLeast("rustyrun.pulls", config.pulls(), 1);
        atLeast("rustyrun.warm", config.warm(), 0);
        within(
                "memory",
                size("memory.default", config.memory().defaultValue()),
                size("memory.max", config.memory().max()));
        within(
                "output",
                size("output.default", config.output().defaultValue()),
                size("output.max", config.output().max()));
        within(
                "pids",
                BigDecimal.valueOf(config.pids().defaultValue()),
                BigDecimal.valueOf(config.pids().max()));
        checkStorage(config.storage()).filter(name -> !config.keepFiles()).ifPresent(name -> {
            throw new InvalidSpecException(name + " limits files on disk: also set rustyrun.keep-files=true");
        });
        within("cpus", config.cpus().defaultValue(), config.cpus().max());
        within(
                "timeout-seconds",
                config.timeout().defaultValue(),
                config.timeout().max());
    }

    /** Checks the storage limits; returns the name of the setting that limits storage, if any. */
    private static Optional<String> checkStorage(ServeConfig.Storage storage) {
        Optional<BigDecimal> max = storage.max().map(text -> storage("storage.max", text));
        Optional<BigDecimal> defaultValue = storage.defaultValue().map(text -> storage("storage.default", text));
        defaultValue.ifPresent(size -> within("storage", size, max.orElse(size)));
        return max.map(size -> "rustyrun.storage.max").or(() -> defaultValue.map(size -> "rustyrun.storage.default"));
    }

    private static BigDecimal storage(String name, String text) {
        BigDecimal bytes = size(name, text);
        if (bytes.longValue() < LaunchRequest.MIN_STORAGE) {
            throw new InvalidSpecException("rustyrun." + name + "=" + text + " must be at least 64k");
        }
        return bytes;
    }

    private static void atLeast(String name, int value, int min) {
        if (value < min) {
            throw new InvalidSpecException(name + "=" + value + " must be at least " + min);
        }
    }

    private static BigDecimal size(String name, String text) {
        return BigDecimal.valueOf(ByteSize.configured("rustyrun." + name, text));
    }

    private static void within(String name, BigDecimal defaultValue, BigDecimal max) {
        if (defaultValue.signum() <= 0 || defaultValue.compareTo(max) > 0) {
            throw new InvalidSpecException("rustyrun." + name + ".default=" + defaultValue.toPlainString()
                    + " must be greater than 0, and at most rustyrun." + name + ".max=" + max.toPlainString());
        }
    }

    private static void checkWritable(String folder) {
        Path path = Path.of(folder).toAbsolutePath();
        Path there = path;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there) || there.startsWith("/proc")) {
            throw new InvalidSpecException("the data folder " + path + " cannot be created: " + there
                    + " is not a writable directory; set another data folder with --data-folder");
        }
    }

    void listens(@ObservesAsync HttpServerStart event) {
        say("http", event.options().getHost(), event.options().getPort());
    }

    void listensSecurely(@ObservesAsync HttpsServerStart event) {
        say("https", event.options().getHost(), event.options().getPort());
    }

    void listens(@ObservesAsync DomainSocketServerStart event) {
        if (!hasPort) {
            say("", "", 0);
        }
    }

    private void say(String scheme, String host, int port) {
        if (said.getAndSet(true)) {
            return;
        }
        List<String> places = new ArrayList<>();
        if (!scheme.isEmpty()) {
            places.add(scheme + "://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port);
        }
        config.socket().ifPresent(path -> places.add("unix://" + path));
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
