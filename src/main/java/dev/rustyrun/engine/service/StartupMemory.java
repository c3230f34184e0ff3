package dev.rustyrun.engine.service;

import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.watch.Timers;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Releases memory that only the start needed. */
@Singleton
final class StartupMemory {

    /** The time until the service has answered its first requests. */
    private static final long STARTED_MILLIS = 1_000;

    private final LaunchTools tools;
    private final Timers timers;

    StartupMemory(LaunchTools tools, Timers timers) {
        this.tools = tools;
        this.timers = timers;
    }

    void release(@Observes StartupEvent event) {
        timers.after(STARTED_MILLIS, tools::releaseStartupMemory);
    }
}
