package dev.rustyrun.http;

import dev.rustyrun.engine.Pulling;
import dev.rustyrun.engine.ServedImages;
import dev.rustyrun.engine.service.ServeConfig;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** The images of {@code rustyrun.warm-images}, which are pulled and unpacked at the start, and retried on failure. */
@Singleton
public final class WarmImages {

    private static final Logger LOG = Logger.getLogger("rustyrun");
    private static final long FIRST_MILLIS = 2_000;
    private static final long MAX_MILLIS = 60_000;

    private final ServedImages images;
    private final List<String> names;
    /** The reasons why images are not available yet, by name. */
    private final Map<String, String> missing = new TreeMap<>();

    WarmImages(ServedImages images, ServeConfig config) {
        this.images = images;
        this.names = config.warmImages().orElse(List.of()).stream()
                .map(String::strip)
                .toList();
        names.forEach(name -> missing.put(name, "it is being pulled"));
    }

    void start(@Observes StartupEvent event) {
        names.forEach(name -> begin(name, FIRST_MILLIS));
    }

    private void begin(String name, long pause) {
        try {
            Pulling.Waiter waiter = images.warm(name);
            waiter.outcome().whenComplete((done, failure) -> {
                waiter.leave();
                end(name, pause, failure);
            });
        } catch (RuntimeException e) {
            end(name, pause, e);
        }
    }

    private void end(String name, long pause, Throwable failure) {
        if (failure == null) {
            synchronized (missing) {
                missing.remove(name);
            }
            LOG.infof("image %s is ready", name);
            return;
        }
        String why = Problems.of(failure).detail();
        synchronized (missing) {
            missing.put(name, why);
        }
        LOG.warnf("image %s is not ready: %s; trying again in %d s", name, why, pause / 1000);
        CompletableFuture.delayedExecutor(pause, TimeUnit.MILLISECONDS)
                .execute(() -> begin(name, Math.min(pause * 2, MAX_MILLIS)));
    }

    /** The reasons why images are not available yet, by name. */
    public Map<String, String> missing() {
        synchronized (missing) {
            return Map.copyOf(missing);
        }
    }
}
