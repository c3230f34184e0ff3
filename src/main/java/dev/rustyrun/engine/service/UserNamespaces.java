package dev.rustyrun.engine.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ConfiguredIds;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.UserNamespaceTrials;
import dev.rustyrun.request.FieldException;
import dev.rustyrun.spec.IdPool;
import dev.rustyrun.spec.InvalidSpecException;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Gives each container of the service its own user namespace where possible, so that its root is an unprivileged user
 * on the host. The service tests this with a trial launch, once for each file system with root file systems. Where it
 * is not possible, a container uses the host's user namespace and a warning is logged, or the launch is refused,
 * depending on the configuration. Thread-safe.
 */
@Singleton
public final class UserNamespaces {

    private static final Logger LOG = Logger.getLogger(UserNamespaces.class);
    private static final int A_MINUTE = 60;

    private enum Setting {
        AUTO,
        ALWAYS,
        HOST
    }

    private final UserNamespaceTrials trials;
    private final String rootfsFolder;
    private final Setting setting;
    private final IdPool pool;
    private final Set<String> mappedSources = new HashSet<>();
    private final AtomicBoolean reported = new AtomicBoolean();

    UserNamespaces(LaunchTools tools, ServeConfig config) {
        this.rootfsFolder = new java.io.File(config.rootfsFolder()).getAbsolutePath();
        this.setting = setting(config.userns());
        this.pool = setting == Setting.HOST
                ? IdPool.DEFAULT
                : new ConfiguredIds(tools.linux()).pool(config.usernsPool().orElse(""));
        this.trials = new UserNamespaceTrials(tools, pool, UserNamespaces::warn);
        for (String name : config.mappedMounts().orElse(List.of())) {
            String source = config.mounts().get(name);
            if (source == null) {
                throw new InvalidSpecException(
                        "rustyrun.mapped-mounts contains \"" + name + "\", which is not in rustyrun.mounts");
            }
            mappedSources.add(source);
        }
    }

    private static Setting setting(String word) {
        return switch (word) {
            case "auto" -> Setting.AUTO;
            case "always" -> Setting.ALWAYS;
            case "host" -> Setting.HOST;
            default -> throw new InvalidSpecException("rustyrun.userns \"" + word + "\" must be auto, always or host");
        };
    }

    /** Stops the start if the setting is {@code always} and user namespaces are not possible. */
    void start(@Observes StartupEvent event) {
        if (setting == Setting.ALWAYS) {
            trials.obstacle(rootfsFolder).ifPresent(why -> {
                throw new IllegalStateException(refusal(why));
            });
        }
    }

    /**
     * Logs once that user namespaces are not possible. Called when the service listens, because a failed start must
     * print only one line.
     */
    public void reportObstacle() {
        if (setting == Setting.AUTO && !reported.getAndSet(true)) {
            trials.general().ifPresent(UserNamespaces::warn);
        }
    }

    private static void warn(String why) {
        LOG.warn("containers share the host's user namespace: " + why + "; to accept this, set RUSTYRUN_USERNS=host");
    }

    private static String refusal(String why) {
        return "a container cannot have its own user namespace, as RUSTYRUN_USERNS=always requires: " + why;
    }

    /**
     * The user ids of a container.
     *
     * @param rootfs host path of its root file system
     * @throws RefusedException if it would have the host's ids, which is not allowed
     */
    UserIds of(String rootfs) {
        if (setting == Setting.HOST) {
            return UserIds.HOST;
        }
        Optional<String> obstacle = trials.obstacle(rootfs);
        if (obstacle.isPresent()) {
            if (setting == Setting.ALWAYS) {
                throw RefusedException.unavailable(refusal(obstacle.get()), A_MINUTE);
            }
            return UserIds.HOST;
        }
        return new UserIds(Optional.of(pool), mappedSources);
    }

    /** The user ids of a container from an image. The files of its layers belong to host ids and are not mapped. */
    UserIds ofImage() {
        if (setting == Setting.ALWAYS) {
            throw FieldException.at("/image", refusal("the layers of images belong to the host's ids"));
        }
        return UserIds.HOST;
    }

    /** The user ids of a container whose root file system is not known yet. */
    UserIds likely() {
        return of(rootfsFolder);
    }

    /** Adds the setting to a description of the service, and the reason why user namespaces are not possible. */
    public void describe(ObjectNode json) {
        ObjectNode own = json.putObject("userNamespaces");
        own.put("setting", setting.name().toLowerCase(java.util.Locale.ROOT));
        if (setting != Setting.HOST) {
            own.put("pool", pool.toString());
            trials.obstacle(rootfsFolder).ifPresent(why -> own.put("obstacle", why));
        }
    }
}
