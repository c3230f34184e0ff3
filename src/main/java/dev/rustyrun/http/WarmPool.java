package dev.rustyrun.http;

import dev.rustyrun.container.Launch;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.ReadyPool;
import dev.rustyrun.container.ServedLaunch;
import dev.rustyrun.container.watch.Clearing;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;

/** A few warm launches. Safe for use by several threads. */
@Singleton
public final class WarmPool {

    private final ReadyPool<ServedLaunch> pool;

    WarmPool(LaunchTools tools, Specs specs, ServeConfig config, Clearing clearing) {
        this.pool = new ReadyPool<>(new Launches(tools, specs, clearing), config.warm(), clearing);
    }

    void start(@Observes StartupEvent event) {
        pool.start();
    }

    void stop(@Observes ShutdownEvent event) {
        pool.stop();
    }

    /** Takes a warm launch that can serve {@code launch}; empty if none fits. */
    Optional<ServedLaunch> take(Launch launch) {
        return pool.take(warm -> warm.fits(launch));
    }

    /** The number of warm launches. */
    public int waiting() {
        return pool.waiting();
    }

    private record Launches(LaunchTools tools, Specs specs, Clearing clearing)
            implements ReadyPool.Source<ServedLaunch> {

        @Override
        public ServedLaunch begin() throws InterruptedException {
            return ServedLaunch.warm(
                    new Launch(tools.linux(), tools.self(), tools.store(), specs.likely()),
                    tools.spawner(),
                    clearing::clear);
        }

        @Override
        public boolean isAlive(ServedLaunch waiting) {
            return waiting.isAlive();
        }

        @Override
        public String failure(ServedLaunch ended) {
            return ended.failure();
        }

        @Override
        public void discard(ServedLaunch left) {
            left.discard();
        }
    }
}
