package dev.rustyrun.engine.service;

import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.StopAll;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** The end of the service: it refuses new launches, and stops containers if configured. */
@Singleton
public final class Shutdown {

    private final LaunchQueue queue;
    private final Containers containers;
    private final boolean stopsContainers;

    Shutdown(LaunchQueue queue, Containers containers, ServeConfig config) {
        this.queue = queue;
        this.containers = containers;
        this.stopsContainers = config.stopContainers();
    }

    /** Refuses new launches from now on, and stops containers if configured. May be called repeatedly. */
    public void begin() throws InterruptedException {
        queue.drain();
        containers.close();
        if (stopsContainers) {
            new StopAll(containers).perform();
        }
    }

    /** Waits until no launch is running, at most {@code millis}. */
    public void awaitLaunches(long millis) throws InterruptedException {
        queue.awaitNone(millis);
    }

    void end(@Observes ShutdownEvent event) throws InterruptedException {
        begin();
    }
}
