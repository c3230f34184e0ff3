package dev.rustyrun.engine.service;

import dev.rustyrun.container.Launch;
import dev.rustyrun.container.LaunchShape;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.ReadyPool;
import dev.rustyrun.container.RecentLaunches;
import dev.rustyrun.container.ServedLaunch;
import dev.rustyrun.container.WarmDemand;
import dev.rustyrun.container.watch.Clearing;
import dev.rustyrun.spec.Spec;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;

/** A pool of warm launches, prepared for the kinds of launches that were used recently. Thread-safe. */
@Singleton
public final class WarmPool {

    private final RecentLaunches recent = new RecentLaunches();
    private final WarmDemand demand;
    private final int size;
    private final ReadyPool<ServedLaunch> pool;

    WarmPool(LaunchTools tools, Specs specs, ServeConfig config, Clearing clearing) {
        this.size = config.warm();
        this.demand = new WarmDemand(size);
        this.pool = new ReadyPool<>(new Launches(tools, specs, clearing, recent, demand), size, clearing);
    }

    void start(@Observes StartupEvent event) {
        pool.start();
    }

    void stop(@Observes ShutdownEvent event) {
        pool.stop();
    }

    /** Takes a warm launch that can serve {@code launch}; empty if none fits. */
    Optional<ServedLaunch> take(Launch launch) {
        Optional<ServedLaunch> found = pool.take(warm -> warm.fits(launch));
        demand.requested(found.isPresent());
        return found;
    }

    /** Records that {@code launch} was used: the next launches are probably similar. */
    void used(Launch launch) {
        if (size > 0) {
            recent.used(launch);
        }
    }

    /** The number of warm launches. */
    public int waiting() {
        return pool.waiting();
    }

    private record Launches(LaunchTools tools, Specs specs, Clearing clearing, RecentLaunches recent, WarmDemand demand)
            implements ReadyPool.Source<ServedLaunch> {

        @Override
        public ServedLaunch begin(List<ServedLaunch> waiting) throws InterruptedException {
            List<LaunchShape> missing = recent.wanted(wanted());
            waiting.forEach(one -> one.shape().ifPresent(missing::remove));
            Optional<LaunchShape> shape = missing.stream().findFirst();
            Spec likely = shape.flatMap(recent::likely).orElseGet(specs::likely);
            boolean begun = false;
            try {
                ServedLaunch warm = ServedLaunch.warm(
                        new Launch(tools.linux(), tools.self(), tools.store(), likely),
                        shape,
                        tools.spawner(),
                        clearing::clear);
                begun = true;
                return warm;
            } finally {
                if (!begun) {
                    shape.ifPresent(recent::forget);
                }
            }
        }

        @Override
        public List<ServedLaunch> surplus(List<ServedLaunch> waiting) {
            List<LaunchShape> wanted = recent.wanted(wanted());
            if (wanted.isEmpty()) {
                return List.of();
            }
            return waiting.stream()
                    .filter(one ->
                            one.shape().isEmpty() || !wanted.remove(one.shape().get()))
                    .toList();
        }

        @Override
        public int wanted() {
            return demand.wanted();
        }

        @Override
        public boolean isAlive(ServedLaunch waiting) {
            boolean alive = waiting.isAlive();
            if (!alive && waiting.isUnwanted()) {
                waiting.shape().ifPresent(recent::forget);
            }
            return alive;
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
