package dev.rustyrun.http;

import dev.rustyrun.container.Launch;
import dev.rustyrun.container.WarmLaunch;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Optional;

/** A few launches that wait warm. Safe for use by several threads. */
@Singleton
public final class WarmPool {

    private final WarmStock<WarmLaunch> stock;

    WarmPool(LaunchTools tools, Specs specs, ServeConfig config) {
        this.stock = new WarmStock<>(new Launches(tools, specs), config.warm());
    }

    void start(@Observes StartupEvent event) {
        stock.start();
    }

    void stop(@Observes ShutdownEvent event) {
        stock.stop();
    }

    /** A warm launch that can serve {@code launch}, now the caller's; nothing when none does. */
    Optional<WarmLaunch> take(Launch launch) {
        return stock.take(warm -> warm.fits(launch));
    }

    /** How many wait. */
    public int waiting() {
        return stock.waiting();
    }

    private record Launches(LaunchTools tools, Specs specs) implements WarmStock.Goods<WarmLaunch> {

        @Override
        public WarmLaunch begin() throws InterruptedException {
            return WarmLaunch.begin(
                    tools.linux(),
                    new Launch(tools.linux(), tools.self(), tools.store(), specs.likely()),
                    tools.spawner());
        }

        @Override
        public boolean isAlive(WarmLaunch waiting) {
            return waiting.isAlive();
        }

        @Override
        public String failure(WarmLaunch ended) {
            return ended.failure();
        }

        @Override
        public void discard(WarmLaunch left) {
            left.discard();
        }
    }
}
