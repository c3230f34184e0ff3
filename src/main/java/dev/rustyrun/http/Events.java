package dev.rustyrun.http;

import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * What happens to containers, for whoever listens now. It looks after the monitors that this service has started: it takes
 * note of their end, and lets none of them stay a zombie. Safe for use by several threads.
 */
@Singleton
final class Events {

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int MOST_UNREAD = 1000;
    private static final String END = "";

    private record Watched(ContainerFolder folder, int monitor, Consumer<Boolean> ended, AtomicBoolean logged) {
        /** One line for its end, from whoever comes first: who looks after it, or who deletes it. */
        void log() {
            if (!logged.getAndSet(true)) {
                LaunchLog.tell(folder);
            }
        }
    }

    private final Linux linux;
    private final BroadcastProcessor<String> processor = BroadcastProcessor.create();
    private final Map<String, Watched> watched = new ConcurrentHashMap<>();
    private final Set<MultiEmitter<? super String>> listeners = ConcurrentHashMap.newKeySet();
    private final Watches watches;
    private volatile boolean over;

    Events(Linux linux, Watches watches) {
        this.linux = linux;
        this.watches = watches;
    }

    /** Tells all listeners; one after the other, as reactive streams demand. */
    synchronized void tell(String what, String id) {
        processor.onNext(ContainerFolder.object()
                .put("event", what)
                .put("id", id)
                .put("time", Instant.now().toString())
                .toString());
    }

    /** Lets all listeners go, those too that come from now on. */
    void end() {
        over = true;
        listeners.forEach(listener -> listener.emit(END));
    }

    /** What is told when all are let go. */
    private Multi<String> untilOver() {
        return Multi.createFrom().emitter(listener -> {
            listeners.add(listener);
            listener.onTermination(() -> listeners.remove(listener));
            if (over) {
                listener.emit(END);
            }
        });
    }

    /** All that happens from now on until the service stops, and an empty line now and then; who reads too slowly misses some. */
    Multi<String> stream() {
        Multi<String> beats =
                Multi.createFrom().ticks().every(HEARTBEAT).onOverflow().drop().map(tick -> "{}");
        return Multi.createBy()
                .merging()
                .streams(processor.onOverflow().buffer(MOST_UNREAD), beats, untilOver())
                .select()
                .first(text -> !text.equals(END));
    }

    /**
     * Looks after a monitor from now on.
     *
     * @param ended is told when it has been waited for: whether it was killed
     */
    void watch(ContainerFolder folder, int monitor, Consumer<Boolean> ended) {
        Watched one = new Watched(folder, monitor, ended, new AtomicBoolean());
        watched.put(folder.id(), one);
        PollLoop.Registration[] registration = new PollLoop.Registration[1];
        Runnable look = watches.steps().wakeable(() -> look(one, registration));
        synchronized (registration) {
            registration[0] = watches.atEnd(monitor, look);
        }
        look.run();
    }

    /** Logs the end of one that is about to be deleted. */
    void logEnd(ContainerFolder folder) {
        Watched one = watched.get(folder.id());
        if (one != null) {
            one.log();
        }
    }

    private void look(Watched one, PollLoop.Registration[] registration) {
        Optional<ChildStatus> ended = watched.containsKey(one.folder.id()) ? linux.reap(one.monitor) : Optional.empty();
        if (ended.isPresent()) {
            one.ended.accept(ended.get().signalled());
            watched.remove(one.folder.id());
            synchronized (registration) {
                registration[0].close();
            }
            tell("exited", one.folder.id());
            one.log();
        }
    }
}
