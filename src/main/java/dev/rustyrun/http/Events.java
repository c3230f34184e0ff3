package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.service.EventListener;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Distributes container events to the current listeners. Thread-safe.
 */
@Singleton
final class Events implements EventListener {

    private static final Duration HEARTBEAT = Duration.ofSeconds(15);
    private static final int MAX_UNREAD = 1000;
    private static final String END = "";

    private final BroadcastProcessor<String> processor = BroadcastProcessor.create();
    private final Set<MultiEmitter<? super String>> listeners = ConcurrentHashMap.newKeySet();
    private final EgressMetrics metrics;
    private volatile boolean over;

    Events(EgressMetrics metrics) {
        this.metrics = metrics;
    }

    /** Sends an event to all listeners; synchronized, because reactive streams require serial signals. */
    @Override
    public synchronized void event(ObjectNode event) {
        processor.onNext(event.toString());
    }

    @Override
    public synchronized void attempted(ObjectNode line) {
        metrics.count(line);
    }

    /** Disconnects all listeners, also future ones. */
    void end() {
        over = true;
        listeners.forEach(listener -> listener.emit(END));
    }

    /** Emits the end marker when all listeners are disconnected. */
    private Multi<String> untilOver() {
        return Multi.createFrom().emitter(listener -> {
            listeners.add(listener);
            listener.onTermination(() -> listeners.remove(listener));
            if (over) {
                listener.emit(END);
            }
        });
    }

    /** All events from now on until the service stops, and heartbeats in between. A slow reader misses events. */
    Multi<String> stream() {
        Multi<String> beats =
                Multi.createFrom().ticks().every(HEARTBEAT).onOverflow().drop().map(tick -> "{}");
        return Multi.createBy()
                .merging()
                .streams(processor.onOverflow().buffer(MAX_UNREAD), beats, untilOver())
                .select()
                .first(text -> !text.equals(END));
    }
}
