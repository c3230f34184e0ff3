package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ConfiguredIds;
import dev.rustyrun.container.Launch;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.launch.CapturedIo;
import dev.rustyrun.launch.Outcome;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.launch.ServedStages;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.http.DomainSocketServerStart;
import io.quarkus.vertx.http.HttpServerStart;
import io.quarkus.vertx.http.HttpsServerStart;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Gives each container of the service a user namespace of its own, so that its root is nobody on the host, where that can be
 * had: whether it can is tried with a launch, once for each file system that root file systems are on. Where it cannot, a
 * container has the host's and a warning is logged, or is refused, as the operator has set. Safe for use by several threads.
 */
@Singleton
final class UserNamespaces {

    private static final Logger LOG = Logger.getLogger(UserNamespaces.class);
    private static final int CANNOT_EXECUTE = 126;
    private static final int PROBE_MILLIS = 10_000;

    private enum Setting {
        AUTO,
        ALWAYS,
        HOST
    }

    private final LaunchTools tools;
    private final String rootfsFolder;
    private final Setting setting;
    private final IdPool pool;
    private final Set<String> mappedSources = new HashSet<>();
    /** Why there can be none, by device of the root file system; empty where there can. */
    private final Map<String, Optional<String>> obstacles = new ConcurrentHashMap<>();

    private final AtomicBoolean reported = new AtomicBoolean();

    UserNamespaces(LaunchTools tools, ServeConfig config) {
        this.tools = tools;
        this.rootfsFolder = new java.io.File(config.rootfsFolder()).getAbsolutePath();
        this.setting = setting(config.userns());
        this.pool = setting == Setting.HOST
                ? IdPool.DEFAULT
                : new ConfiguredIds(tools.linux()).pool(config.usernsPool().orElse(""));
        for (String name : config.mappedMounts().orElse(List.of())) {
            String source = config.mounts().get(name);
            if (source == null) {
                throw new InvalidSpecException(
                        "rustyrun.mapped-mounts names \"" + name + "\", which is none of rustyrun.mounts");
            }
            mappedSources.add(source);
        }
    }

    private static Setting setting(String word) {
        return switch (word) {
            case "auto" -> Setting.AUTO;
            case "always" -> Setting.ALWAYS;
            case "host" -> Setting.HOST;
            default ->
                throw new InvalidSpecException("rustyrun.userns \"" + word + "\" is none of auto, always and host");
        };
    }

    /** Refuses a start with {@code always} where there can be none. */
    void start(@Observes StartupEvent event) {
        if (setting == Setting.ALWAYS) {
            obstacle(rootfsFolder).ifPresent(why -> {
                throw new IllegalStateException(refusal(why));
            });
        }
    }

    void listens(@ObservesAsync HttpServerStart event) {
        reportObstacle();
    }

    void listensSecurely(@ObservesAsync HttpsServerStart event) {
        reportObstacle();
    }

    void listensOnSocket(@ObservesAsync DomainSocketServerStart event) {
        reportObstacle();
    }

    /** Logs once that there can be none, when the service listens: a start that fails says one line only. */
    private void reportObstacle() {
        if (setting == Setting.AUTO && !reported.getAndSet(true)) {
            general().ifPresent(UserNamespaces::warn);
        }
    }

    private static void warn(String why) {
        LOG.warn("containers share the host's user namespace: " + why + "; set RUSTYRUN_USERNS=host if this is wanted");
    }

    private static String refusal(String why) {
        return "a container cannot have a user namespace of its own, which RUSTYRUN_USERNS=always wants: " + why;
    }

    /**
     * Whose ids a container has.
     *
     * @param rootfs host path of its root file system
     * @throws ProblemException when it would have the host's, and must not
     */
    UserIds of(String rootfs) {
        if (setting == Setting.HOST) {
            return UserIds.HOST;
        }
        Optional<String> obstacle = obstacle(rootfs);
        if (obstacle.isPresent()) {
            if (setting == Setting.ALWAYS) {
                throw Problem.busy(503, refusal(obstacle.get()), 60).exception();
            }
            return UserIds.HOST;
        }
        return new UserIds(Optional.of(pool), mappedSources);
    }

    /** The same for a root file system that is not known yet. */
    UserIds likely() {
        return of(rootfsFolder);
    }

    void describe(ObjectNode json) {
        ObjectNode own = json.putObject("userNamespaces");
        own.put("setting", setting.name().toLowerCase(java.util.Locale.ROOT));
        if (setting != Setting.HOST) {
            own.put("pool", pool.toString());
            obstacle(rootfsFolder).ifPresent(why -> own.put("obstacle", why));
        }
    }

    /** What stands in the way whatever the root file system is. */
    private Optional<String> general() {
        if (!tools.linux().isRoot()) {
            return Optional.of("the service is not root, so its containers have the ids of its own user");
        }
        return SelfExec.isNativeImage()
                ? Optional.empty()
                : Optional.of("a JVM has several threads and cannot make another; use the native executable");
    }

    private Optional<String> obstacle(String rootfs) {
        Optional<String> general = general();
        if (general.isPresent()) {
            return general;
        }
        String device;
        try {
            var place = tools.linux().status(rootfs).place();
            device = place.deviceMajor() + ":" + place.deviceMinor();
        } catch (LinuxException gone) {
            // The launch says so, should there be one.
            return Optional.empty();
        }
        Optional<String> known = obstacles.get(device);
        return known != null ? known : tryOut(rootfs, device);
    }

    private synchronized Optional<String> tryOut(String rootfs, String device) {
        if (obstacles.containsKey(device)) {
            return obstacles.get(device);
        }
        try {
            Optional<String> failure = failure(builder(rootfs).isolate(pool).build());
            // What fails either way is no reason, and may be better the next time.
            if (failure.isPresent() && failure(builder(rootfs).build()).isPresent()) {
                return Optional.empty();
            }
            obstacles.put(device, failure);
            failure.ifPresent(why -> warn(rootfs + ": " + why));
            return failure;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Its command is a directory: when that is what cannot be executed, everything else has been done. */
    private static SpecBuilder builder(String rootfs) {
        return new SpecBuilder(rootfs, List.of("/")).annotation(Spec.EPHEMERAL_ANNOTATION, "");
    }

    /** Why a launch of {@code spec} does not get as far as its command. */
    private Optional<String> failure(Spec spec) throws InterruptedException {
        ServedStages stages = tools.spawner().start();
        try {
            CapturedIo io = new CapturedIo(tools.linux(), stages.pipes(), new byte[0], 1);
            Outcome outcome = new Launch(tools.linux(), tools.self(), tools.store(), spec)
                    .run("", stages.speakingWith(io), false, PROBE_MILLIS);
            return outcome.exitCode() == CANNOT_EXECUTE ? Optional.empty() : Optional.of(outcome.message());
        } catch (RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } finally {
            stages.abandon();
        }
    }
}
