package dev.rustyrun.container.supervised;

import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Deletion;
import dev.rustyrun.container.Kill;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.SignalNames;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Ends monitored containers by a signal or a deletion, and records the end of those whose monitor was killed. */
final class Ending {

    private final Containers containers;
    private final LaunchTools tools;
    private final Linux linux;
    private final ContainerStore store;
    private final Listener listener;
    private final Monitors monitors;

    Ending(Containers containers, LaunchTools tools, Listener listener, Monitors monitors) {
        this.containers = containers;
        this.tools = tools;
        this.linux = tools.linux();
        this.store = tools.store();
        this.listener = listener;
        this.monitors = monitors;
    }

    /** Sends a signal to PID 1; returns whether it exists. A frozen container is resumed, so that it can react. */
    boolean killIfMade(ContainerFolder folder, int signal) {
        if (!isSent(folder, signal, false)) {
            return false;
        }
        if (containers.running().isFrozen(folder)) {
            containers.running().thaw(folder);
        }
        return true;
    }

    /**
     * Sends a signal to PID 1, or to all processes. Waits up to ten seconds for the PID 1 of a container that is still
     * being made.
     */
    void kill(ContainerFolder folder, String signal, boolean all) throws InterruptedException {
        int number = number(signal);
        for (long end = System.nanoTime() + Containers.START_SECONDS * 1_000_000_000; System.nanoTime() < end; ) {
            if (isSent(folder, number, all)) {
                return;
            }
            if (containers.status(folder) != ContainerStatus.RUNNING) {
                throw ContainerException.conflict("container " + folder.id() + " is not running: it is "
                        + containers.status(folder).word());
            }
            Thread.sleep(Containers.POLL_MILLIS);
        }
        throw ContainerException.busy("the container is still being made");
    }

    private boolean isSent(ContainerFolder folder, int signal, boolean all) {
        if (store.running(folder.id()).isEmpty()) {
            return false;
        }
        try {
            new Kill(linux, store).kill(folder.id(), signal, all);
        } catch (ContainerException e) {
            // The container has just ended.
            return false;
        }
        listener.changed("killed", folder.id());
        return true;
    }

    private static int number(String signal) {
        OptionalInt number = SignalNames.number(signal);
        if (number.isEmpty() || number.getAsInt() == 0) {
            throw ContainerException.invalid(
                    "signal", "signal \"" + signal + "\" is neither a name such as TERM nor a number from 1 to 64");
        }
        return number.getAsInt();
    }

    /** Deletes a container; if it runs and {@code force} is set, it is killed first. */
    void remove(ContainerFolder folder, boolean force) throws InterruptedException {
        ContainerStatus status = containers.status(folder);
        if (status == ContainerStatus.BROKEN) {
            if (!force) {
                throw ContainerFolder.broken(folder.damage().orElse("it changes"));
            }
            endBroken(folder);
        } else if (status.isAlive()) {
            if (!force) {
                throw ContainerException.conflict(
                        "container " + folder.id() + " is running: stop it first, or force its deletion");
            }
            containers.order(folder, MonitorIo.DROP);
            killUnlessEnded(folder);
            awaitEnd(folder);
        } else if (status == ContainerStatus.CREATED
                && folder.hasMonitor()
                && FolderStatus.monitor(linux, folder).isPresent()) {
            if (!force) {
                throw ContainerException.conflict("container " + folder.id()
                        + " is being started: repeat this in a moment, or force its deletion");
            }
            endBroken(folder);
        }
        endLost(folder);
        monitors.reportEnd(folder);
        // The layer goes before the folder: if this process is killed in between, the deletion can be repeated.
        ContainerLayers.forget(linux, tools.self(), store.folder(), folder.id());
        folder.remove();
        listener.changed("deleted", folder.id());
    }

    private void killUnlessEnded(ContainerFolder folder) throws InterruptedException {
        try {
            kill(folder, Signal.SIGKILL.name(), false);
        } catch (ContainerException e) {
            if (containers.status(folder).isAlive()) {
                throw e;
            }
        }
    }

    private void awaitEnd(ContainerFolder folder) throws InterruptedException {
        try {
            containers
                    .end(folder, Containers.START_SECONDS, new CompletableFuture<>())
                    .toCompletableFuture()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /**
     * Removes the resources of a container whose monitor and stages were all killed; otherwise they would stay until
     * the next start of the service.
     */
    private void endLost(ContainerFolder folder) {
        if (store.has(folder.id())) {
            delete(folder);
        } else {
            store.removeEmpty(folder.id());
            new Deletion(linux, store, System.err).disconnect(folder.id());
        }
    }

    private void delete(ContainerFolder folder) {
        new Deletion(linux, store, System.err).delete(folder.id(), true);
    }

    /** Ends all processes that may belong to a container of which only the id is known. */
    private void endBroken(ContainerFolder folder) throws InterruptedException {
        delete(folder);
        long end = System.nanoTime() + Containers.START_SECONDS * 1_000_000_000;
        Optional<Integer> monitor = FolderStatus.monitor(linux, folder);
        while (monitor.isPresent()) {
            if (System.nanoTime() > end) {
                linux.kill(monitor.get(), Signal.SIGKILL.number());
            }
            Thread.sleep(Containers.POLL_MILLIS);
            // The monitor may have started processes after the previous deletion.
            delete(folder);
            monitor = FolderStatus.monitor(linux, folder);
        }
    }

    /** Records the end of containers that were killed together with their monitor; returns their ids. */
    List<String> recordLost() {
        List<ContainerFolder> lost = containers.all().stream()
                .filter(folder -> containers.status(folder) == ContainerStatus.LOST)
                .toList();
        for (ContainerFolder folder : lost) {
            folder.finish(ContainerFolder.object()
                    .put("reason", "lost")
                    .put("exitCode", 137)
                    .put("signal", 9)
                    .put("message", Containers.LOST_MESSAGE));
            listener.changed("exited", folder.id());
        }
        return lost.stream().map(ContainerFolder::id).toList();
    }
}
