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

/** A pull of an image from a registry, for all callers that wait for it. Safe for use by several threads. */
public final class Pulling {

    /** How often watchers get progress. */
    private static final long PAUSE_NANOS = 200_000_000;

    private final Set<Waiter> waiting = new HashSet<>();
    private final Map<Digest, Layer> layers = new LinkedHashMap<>();
    private final CompletableFuture<Void> outcome = new CompletableFuture<>();
    private Optional<Thread> thread = Optional.empty();
    private boolean abandoned;
    private boolean ended;
    private long version;
    private long told;

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

    /** One waiting caller. */
    public final class Waiter {

        private Runnable watch = () -> {};
        private long seen;

        /** Its end. */
        public CompletionStage<Void> outcome() {
            return outcome.minimalCompletionStage();
        }

        /** Runs {@code work}, which must not wait, on any thread when there is something new. */
        public void watch(Runnable work) {
            synchronized (Pulling.this) {
                watch = work;
            }
        }

        /** The news since the last call; empty if nothing is new. */
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

        /** Stops waiting; the pull ends with its last caller. May be called again. */
        public void leave() {
            synchronized (Pulling.this) {
                if (waiting.remove(this) && waiting.isEmpty() && !ended) {
                    abandoned = true;
                    thread.ifPresent(Thread::interrupt);
                }
            }
        }
    }

    /** Adds a caller, unless the pull is over or was given up. */
    synchronized Optional<Waiter> join() {
        if (ended || abandoned) {
            return Optional.empty();
        }
        Waiter waiter = new Waiter();
        waiting.add(waiter);
        return Optional.of(waiter);
    }

    /** Whether this thread should continue: somebody still waits. */
    synchronized boolean begin() {
        if (!abandoned) {
            thread = Optional.of(Thread.currentThread());
        }
        return !abandoned;
    }

    /** From now on it is not interrupted: other callers may need the unpacked files. */
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
        if (now - told >= PAUSE_NANOS || told == 0) {
            told = now;
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
