package dev.rustyrun.container.supervised;

import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * The monitors that this process has started. It reports their end, and reaps them. Safe for use by several threads.
 */
final class Monitors {

    private final class Watched {
        private final ContainerFolder folder;
        private final int monitor;
        private final Consumer<Boolean> ended;
        private final AtomicBoolean reported = new AtomicBoolean();

        Watched(ContainerFolder folder, int monitor, Consumer<Boolean> ended) {
            this.folder = folder;
            this.monitor = monitor;
            this.ended = ended;
        }

        /** Reports the end once: either the watch or a deletion calls this first. */
        void report() {
            if (!reported.getAndSet(true)) {
                listener.ended(folder);
            }
        }
    }

    private final Linux linux;
    private final Watches watches;
    private final Listener listener;
    private final Map<String, Watched> watched = new ConcurrentHashMap<>();

    Monitors(Linux linux, Watches watches, Listener listener) {
        this.linux = linux;
        this.watches = watches;
        this.listener = listener;
    }

    /**
     * Watches a monitor from now on.
     *
     * @param ended called with whether the monitor was killed by a signal
     */
    void watch(ContainerFolder folder, int monitor, Consumer<Boolean> ended) {
        Watched one = new Watched(folder, monitor, ended);
        watched.put(folder.id(), one);
        PollLoop.Registration[] registration = new PollLoop.Registration[1];
        Runnable look = watches.steps().wakeable(() -> look(one, registration));
        synchronized (registration) {
            registration[0] = watches.atEnd(monitor, look);
        }
        look.run();
    }

    /** Reports the end of a container that is about to be deleted. */
    void reportEnd(ContainerFolder folder) {
        Watched one = watched.get(folder.id());
        if (one != null) {
            one.report();
        }
    }

    private void look(Watched one, PollLoop.Registration[] registration) {
        Optional<ChildStatus> ended = watched.containsKey(one.folder.id()) ? linux.reap(one.monitor) : Optional.empty();
        if (ended.isPresent()) {
            one.ended.accept(ended.get().signalled());
            // Callers that wait for the start get this result.
            if (one.folder.isUnbegun()) {
                String line = one.folder.monitorError();
                one.folder.finish(Monitor.setupFailed("the monitor process of the container "
                        + ended.get().describe() + " before it began" + (line.isEmpty() ? "" : ": " + line)));
            }
            watched.remove(one.folder.id());
            synchronized (registration) {
                registration[0].close();
            }
            listener.changed("exited", one.folder.id());
            one.report();
        }
    }
}
