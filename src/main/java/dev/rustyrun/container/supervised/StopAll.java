package dev.rustyrun.container.supervised;

import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Signal;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * Stops all containers at the same time, also those that are still being made: each gets SIGTERM, and is killed if it
 * has not ended in time. The total time does not depend on their number.
 */
public final class StopAll {

    private static final Logger LOG = Logger.getLogger(StopAll.class);
    private static final long GRACE_SECONDS = 10;
    private static final long POLL_MILLIS = 10;

    private final Containers containers;

    /** Stops the containers in {@code containers}. */
    public StopAll(Containers containers) {
        this.containers = containers;
    }

    /** Stops the containers; logs those that do not end. */
    public void perform() throws InterruptedException {
        List<ContainerFolder> running =
                containers.all().stream().filter(containers::mayRun).toList();
        for (ContainerFolder left : signal(signal(running, Signal.SIGTERM), Signal.SIGKILL)) {
            LOG.warnf("container %s was not stopped: it has not ended %d s after SIGKILL", left.id(), GRACE_SECONDS);
        }
    }

    /** Sends a signal to all; returns the containers that have not ended in time. */
    private List<ContainerFolder> signal(List<ContainerFolder> all, Signal signal) throws InterruptedException {
        List<ContainerFolder> unsignalled = new ArrayList<>(all);
        List<ContainerFolder> left = new ArrayList<>(all);
        long end = System.nanoTime() + GRACE_SECONDS * 1_000_000_000;
        while (!left.isEmpty() && System.nanoTime() < end) {
            unsignalled.removeIf(folder -> isSignalled(folder, signal));
            left.removeIf(folder -> !containers.mayRun(folder));
            Thread.sleep(POLL_MILLIS);
        }
        return left;
    }

    private boolean isSignalled(ContainerFolder folder, Signal signal) {
        try {
            return containers.ending().killIfMade(folder, signal.number());
        } catch (LinuxException e) {
            // The container has just ended, or the next attempt will succeed.
            return false;
        }
    }
}
