package dev.rustyrun.http;

import dev.rustyrun.linux.Linux;
import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What happens to containers, for whoever listens now. A thread looks after the monitors that this service has started: it
 * takes note of their end, and lets none of them stay a zombie. Safe for use by several threads.
 */
@Singleton
final class Events {

    private static final long LOOK_MILLIS = 50;
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int MOST_UNREAD = 1000;
    private static final String END = "";

    private record Watched(ContainerFolder folder, int monitor, AtomicBoolean logged) {
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
    private final Thread thread = new Thread(this::look, "container-watch");

    Events(Linux linux) {
        this.linux = linux;
        thread.setDaemon(true);
    }

    /** Tells all listeners; one after the other, as reactive streams demand. */
    synchronized void tell(String what, String id) {
        processor.onNext(ContainerFolder.object()
                .put("event", what)
                .put("id", id)
                .put("time", Instant.now().toString())
                .toString());
    }

    /** Lets all listeners go. */
    synchronized void end() {
        processor.onNext(END);
    }

    /** All that happens from now on until the service stops, and an empty line now and then; who reads too slowly misses some. */
    Multi<String> stream() {
        Multi<String> beats =
                Multi.createFrom().ticks().every(HEARTBEAT).onOverflow().drop().map(tick -> "{}");
        return Multi.createBy()
                .merging()
                .streams(processor.onOverflow().buffer(MOST_UNREAD), beats)
                .select()
                .first(text -> !text.equals(END));
    }

    /** Looks after a monitor from now on. */
    synchronized void watch(ContainerFolder folder, int monitor) {
        watched.put(folder.id(), new Watched(folder, monitor, new AtomicBoolean()));
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    /** Logs the end of one that is about to be deleted. */
    void logEnd(ContainerFolder folder) {
        Watched one = watched.get(folder.id());
        if (one != null) {
            one.log();
        }
    }

    void stop(@Observes ShutdownEvent event) {
        thread.interrupt();
    }

    private void look() {
        try {
            while (true) {
                for (Iterator<Watched> each = watched.values().iterator(); each.hasNext(); ) {
                    Watched one = each.next();
                    if (linux.reap(one.monitor).isPresent()) {
                        each.remove();
                        tell("exited", one.folder.id());
                        one.log();
                    }
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            // The service stops; the monitors go on.
        }
    }
}
