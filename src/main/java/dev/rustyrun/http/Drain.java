package dev.rustyrun.http;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.linux.Linux;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jboss.logging.Logger;

/** The end of the service: no launch begins any more, and containers are stopped if that is configured, or left to run. */
@Singleton
final class Drain {

    private static final Logger LOG = Logger.getLogger(Drain.class);
    private static final long GRACE_SECONDS = 10;
    private static final long POLL_MILLIS = 20;

    private final Linux linux;
    private final LaunchSlots slots;
    private final Containers containers;
    private final ServeConfig config;

    Drain(Linux linux, LaunchSlots slots, Containers containers, ServeConfig config) {
        this.linux = linux;
        this.slots = slots;
        this.containers = containers;
        this.config = config;
    }

    /** From now on it is not ready, and refuses launches, but answers; until what runs has ended, or its time is over. */
    void begin(@Observes ShutdownDelayInitiatedEvent event) {
        slots.drain();
        long end = System.nanoTime() + config.drainSeconds() * 1_000_000_000L;
        try {
            while (slots.running() + slots.waiting() > 0 && System.nanoTime() < end) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        slots.drain();
        if (!config.stopContainers()) {
            return;
        }
        for (ContainerFolder folder : containers.all()) {
            try {
                stop(folder);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (RuntimeException e) {
                LOG.warnf("container %s was not stopped: %s", folder.id(), e.getMessage());
            }
        }
    }

    private void stop(ContainerFolder folder) throws InterruptedException {
        if (ContainerStatus.of(linux, folder).isAlive()) {
            containers.cgroup(folder).ifPresent(Cgroup::thaw);
            containers.kill(folder, "TERM");
            if (!containers.awaitEnd(folder, GRACE_SECONDS)) {
                containers.kill(folder, "KILL");
                containers.awaitEnd(folder, GRACE_SECONDS);
            }
        }
    }
}
