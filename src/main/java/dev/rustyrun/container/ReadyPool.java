package dev.rustyrun.container;

import dev.rustyrun.container.watch.Clearing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * A few things that are made ahead and wait, replaced in the background as they are taken. Safe for use by several threads.
 *
 * @param <W> what waits, of which each is given to one taker only
 */
public final class ReadyPool<W> {

    private static final Logger LOG = Logger.getLogger(ReadyPool.class);
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 5_000;
    /** About what a short command takes: its launch shall not share the processors with the making of the next one. */
    private static final long PAUSE_BEFORE_REFILL_MILLIS = 12;
    /** What is begun when the service ends must be taken back before the process does. */
    private static final long STOP_MILLIS = 5_000;
    /** How long one that was killed may lie there. */
    private static final long LOOK_MILLIS = 1_000;

    /** What is to be known of what waits. */
    public interface Source<W> {
        /**
         * Makes one.
         *
         * @param waiting those that wait already
         */
        W begin(List<W> waiting) throws InterruptedException;

        boolean isAlive(W waiting);

        /** Those of {@code waiting} whose places others should have. */
        default List<W> surplus(List<W> waiting) {
            return List.of();
        }

        /** Why it is not alive, in one line; empty when it is only of no more use. */
        String failure(W ended);

        /** Ends it: nobody will take it. */
        void discard(W left);
    }

    private final Source<W> source;
    private final int size;
    private final Clearing clearing;
    private final Deque<W> waiting = new ArrayDeque<>();
    private final Thread filler = new Thread(this::fill, "warm-pool");
    private boolean stopped;
    private boolean taken;
    /** How many are neither waiting nor taken. */
    private int lookedAt;

    private long looked = System.nanoTime();

    /** @param size how many wait; 0 for none */
    public ReadyPool(Source<W> source, int size, Clearing clearing) {
        this.source = source;
        this.size = size;
        this.clearing = clearing;
    }

    public void start() {
        if (size > 0) {
            filler.setDaemon(true);
            filler.start();
        }
    }

    /** Discards what waits, and makes no more. */
    public void stop() {
        synchronized (this) {
            stopped = true;
            notifyAll();
        }
        filler.interrupt();
        for (Optional<W> left = next(); left.isPresent(); left = next()) {
            discard(left.get());
        }
        try {
            filler.join(STOP_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The first waiting element that fits, now the caller's; the others stay. */
    public Optional<W> take(Predicate<W> fits) {
        List<W> others = new ArrayList<>();
        Optional<W> found = Optional.empty();
        try {
            for (Optional<W> next = next(); next.isPresent(); next = next()) {
                others.add(next.get());
                if (fits.test(next.get())) {
                    found = next;
                    others.remove(next.get());
                    break;
                }
            }
            return found;
        } finally {
            // The last one first: each goes back to the front.
            for (int i = others.size() - 1; i >= 0; i--) {
                giveBackOrDiscard(others.get(i));
            }
            looked(others.size(), found.isPresent());
        }
    }

    /** No place is free until it is known which one has been taken. */
    private synchronized void looked(int others, boolean found) {
        lookedAt -= others + (found ? 1 : 0);
        taken |= found;
        notifyAll();
    }

    private void giveBackOrDiscard(W one) {
        boolean waits = false;
        try {
            waits = giveBack(one);
        } finally {
            if (!waits) {
                discard(one);
            }
        }
    }

    /** Whatever cannot be taken away is tried again: nobody else knows of it. */
    private void discard(W left) {
        try {
            if (!isStopped() && !source.isAlive(left) && !source.failure(left).isEmpty()) {
                LOG.warnf("a launch that waited warm has ended: %s", source.failure(left));
            }
        } catch (RuntimeException | Error e) {
            LOG.warnf("a launch that waited warm is discarded: %s", e.getMessage());
        } finally {
            clearing.clear(() -> source.discard(left));
        }
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    private synchronized Optional<W> next() {
        Optional<W> first = Optional.ofNullable(waiting.pollFirst());
        lookedAt += first.isPresent() ? 1 : 0;
        return first;
    }

    /** One that has not been used can be used by another request, as long as it is alive. */
    private synchronized boolean giveBack(W one) {
        if (stopped || waiting.size() >= size || !source.isAlive(one)) {
            return false;
        }
        waiting.addFirst(one);
        return true;
    }

    /** How many wait. */
    public synchronized int waiting() {
        return waiting.size();
    }

    private void fill() {
        while (true) {
            try {
                if (!awaitRoom()) {
                    return;
                }
                pauseIfTaken();
                giveBackOrDiscard(source.begin(all()));
            } catch (InterruptedException e) {
                return;
            } catch (Throwable e) {
                // An Error too: without this thread there would be none any more.
                LOG.warn("no launch can be kept warm: " + e.getMessage());
                if (!pause()) {
                    return;
                }
            }
        }
    }

    /** Checks the waiting elements meanwhile: nothing else notices one that was killed. */
    private boolean awaitRoom() {
        while (true) {
            List<W> ended;
            synchronized (this) {
                if (stopped) {
                    return false;
                }
                ended = removeEnded();
                if (ended.isEmpty() && waiting.size() + lookedAt < size) {
                    return true;
                }
                try {
                    if (ended.isEmpty()) {
                        wait(LOOK_MILLIS);
                    }
                } catch (InterruptedException e) {
                    return false;
                }
            }
            ended.forEach(this::discard);
        }
    }

    /** Whether they are alive is asked for once in a while only: it is many calls of the kernel. */
    private List<W> removeEnded() {
        List<W> ended = new ArrayList<>();
        if (System.nanoTime() - looked >= LOOK_MILLIS * 1_000_000) {
            looked = System.nanoTime();
            waiting.stream().filter(one -> !source.isAlive(one)).forEach(ended::add);
            waiting.removeAll(ended);
        }
        List<W> surplus = source.surplus(List.copyOf(waiting));
        waiting.removeAll(surplus);
        ended.addAll(surplus);
        return ended;
    }

    private synchronized List<W> all() {
        return List.copyOf(waiting);
    }

    /** Not when none waits: the next one who asks would have to do all of the work. */
    private void pauseIfTaken() throws InterruptedException {
        boolean busy;
        synchronized (this) {
            busy = taken && !waiting.isEmpty();
            taken = false;
        }
        if (busy) {
            Thread.sleep(PAUSE_BEFORE_REFILL_MILLIS);
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_AFTER_FAILURE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }
}
