package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.image.Digest;
import dev.rustyrun.image.Progress;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A running pull of an image from a registry, shared by all callers that wait for it. Thread-safe. */
public final class Pulling {

    /** The minimum interval between progress notifications, in nanoseconds. */
    private static final long PAUSE_NANOS = 200_000_000;

    private final Set<Waiter> waiting = new HashSet<>();
    private final Map<Digest, Layer> layers = new LinkedHashMap<>();
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private Optional<Thread> thread = Optional.empty();
    private boolean abandoned;
    private boolean ended;
    private long version;
    private long lastNotification;

    private static final class Layer {

        private final long total;
        private long done;
        private String state = "waiting";
        private long version;

        Layer(long total) {
            this.total = total;
        }
    }

    Pulling() {}

    /** A waiting caller. */
    public final class Waiter {

        private Runnable watch = () -> {};
        private long seen;

        /** Completes at the end of the pull. */
        public CompletionStage<Void> outcome() {
            return outcome.minimalCompletionStage();
        }

        /** Sets {@code work}, which is called on any thread when there is progress; it must not block. */
        public void watch(Runnable work) {
            synchronized (Pulling.this) {
                watch = work;
            }
        }

        /** The progress since the last call; empty if there is none. */
        public Optional<ObjectNode> news() {
            synchronized (Pulling.this) {
                if (seen == version) {
                    return Optional.empty();
                }
                ObjectNode json = JsonNodeFactory.instance.objectNode();
                ArrayNode changed = json.putArray("layers");
                layers.forEach((digest, layer) -> {
                    if (layer.version > seen) {
                        changed.addObject()
                                .put("digest", digest.toString())
                                .put("state", layer.state)
                                .put("bytes", layer.done)
                                .put("total", layer.total);
                    }
                });
                seen = version;
                return Optional.of(json);
            }
        }

        /** Stops waiting. The pull is cancelled when no caller is left. May be called repeatedly. */
        public void leave() {
            synchronized (Pulling.this) {
                if (waiting.remove(this) && waiting.isEmpty() && !ended) {
                    abandoned = true;
                    thread.ifPresent(Thread::interrupt);
                }
            }
        }
    }

    /** Adds a caller; empty if the pull has ended or was cancelled. */
    synchronized Optional<Waiter> join() {
        if (ended || abandoned) {
            return Optional.empty();
        }
        Waiter waiter = new Waiter();
        waiting.add(waiter);
        return Optional.of(waiter);
    }

    /** Marks this thread as the one to interrupt on cancellation; false if all callers have left. */
    synchronized boolean begin() {
        if (!abandoned) {
            thread = Optional.of(Thread.currentThread());
        }
        return !abandoned;
    }

    /** Disables interruption from now on: other callers may need the unpacked files. */
    synchronized void unpacks() {
        thread = Optional.empty();
        layers.values().forEach(layer -> {
            layer.state = "unpacking";
            layer.version = version + 1;
        });
        change();
    }

    /** @param failure null on success */
    void end(RuntimeException failure) {
        synchronized (this) {
            ended = true;
            thread = Optional.empty();
            change();
        }
        if (failure != null) {
            outcome.completeExceptionally(failure);
        } else {
            outcome.complete(null);
        }
        Set<Waiter> all;
        synchronized (this) {
            all = Set.copyOf(waiting);
        }
        all.forEach(waiter -> waiter.watch.run());
    }

    private void change() {
        version++;
        long now = System.nanoTime();
        if (now - lastNotification >= PAUSE_NANOS || lastNotification == 0) {
            lastNotification = now;
            waiting.forEach(waiter -> waiter.watch.run());
        }
    }

    Progress progress() {
        return new Progress() {
            @Override
            public void begin(Digest blob, long total) {
                synchronized (Pulling.this) {
                    layers.put(blob, new Layer(total));
                    touch(blob, 0, "waiting");
                }
            }

            @Override
            public void advance(Digest blob, long done) {
                touch(blob, done, "pulling");
            }

            @Override
            public void end(Digest blob, boolean wasHere) {
                synchronized (Pulling.this) {
                    Layer layer = layers.get(blob);
                    touch(blob, layer == null ? 0 : layer.total, wasHere ? "exists" : "pulled");
                }
            }
        };
    }

    private synchronized void touch(Digest blob, long done, String state) {
        Layer layer = layers.get(blob);
        if (layer != null) {
            layer.done = done;
            layer.state = state;
            layer.version = version + 1;
            change();
        }
    }
}
