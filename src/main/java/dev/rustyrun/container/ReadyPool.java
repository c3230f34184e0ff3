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
 * A pool of elements that are made in advance. A background thread replaces those that are taken. Safe for use by
 * several threads.
 *
 * @param <W> the type of the elements; each element is taken only once
 */
public final class ReadyPool<W> {

    private static final Logger LOG = Logger.getLogger(ReadyPool.class);
    private static final long PAUSE_AFTER_FAILURE_MILLIS = 5_000;
    /**
     * About the duration of a short command, so that its launch does not compete for the processors with the
     * preparation of the next one.
     */
    private static final long PAUSE_BEFORE_REFILL_MILLIS = 12;
    /** How long a stop waits for an element that is being made: it must be discarded before the process ends. */
    private static final long STOP_MILLIS = 5_000;
    /** How often waiting elements are checked: a killed one stays in the pool at most this long. */
    private static final long LOOK_MILLIS = 1_000;

    /** Makes, checks and discards the elements. */
    public interface Source<W> {
        /**
         * Makes an element.
         *
         * @param waiting the elements that are already waiting
         */
        W begin(List<W> waiting) throws InterruptedException;

        boolean isAlive(W waiting);

        /** The elements of {@code waiting} that should be replaced by others. */
        default List<W> surplus(List<W> waiting) {
            return List.of();
        }

        /** How many elements should wait now; the pool's size is the maximum. */
        default int wanted() {
            return Integer.MAX_VALUE;
        }

        /** Why the element is not alive, in one line; empty when it is only outdated. */
        String failure(W ended);

        /** Ends an element that is not needed any more. */
        void discard(W left);
    }

    private final Source<W> source;
    private final int size;
    private final Clearing clearing;
    private final long pauseMillis;
    private final Deque<W> waiting = new ArrayDeque<>();
    private final Thread filler = new Thread(this::fill, "warm-pool");
    private boolean stopped;
    private boolean taken;
    /** The number of elements that {@link #take} is looking at: they neither wait nor are taken. */
    private int lookedAt;

    private long looked = System.nanoTime();
    /** The time of the last failure to make an element. */
    private Optional<Long> failed = Optional.empty();

    /** @param size how many elements may wait; 0 for none */
    public ReadyPool(Source<W> source, int size, Clearing clearing) {
        this(source, size, clearing, PAUSE_AFTER_FAILURE_MILLIS);
    }

    /** @param pauseMillis how long none is made after a failure */
    ReadyPool(Source<W> source, int size, Clearing clearing, long pauseMillis) {
        this.pauseMillis = pauseMillis;
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

    /** Discards the waiting elements, and makes no more. */
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

    /** Takes the first waiting element that fits; the others stay. */
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
            // In reverse order, because each goes back to the front.
            for (int i = others.size() - 1; i >= 0; i--) {
                giveBackOrDiscard(others.get(i));
            }
            looked(others.size(), found.isPresent());
        }
    }

    /** Ends the look of {@link #take}. Only now the place of a taken element is free for a new one. */
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

    /** Discards an element; a failed attempt is repeated, because nothing else knows of the element. */
    private void discard(W left) {
        try {
            if (!isStopped() && !source.isAlive(left) && !source.failure(left).isEmpty()) {
                LOG.warnf("a warm launch has ended: %s", source.failure(left));
            }
        } catch (RuntimeException | Error e) {
            LOG.warnf("a warm launch is discarded: %s", e.getMessage());
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

    /** Puts back an element that was not taken, if it is alive; returns whether it waits again. */
    private synchronized boolean giveBack(W one) {
        if (stopped || waiting.size() >= size || !source.isAlive(one)) {
            return false;
        }
        waiting.addFirst(one);
        return true;
    }

    /** How many elements wait. */
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
                // Errors are caught too: if this thread ended, no element would be made any more.
                LOG.warn("cannot prepare a warm launch: " + e.getMessage());
                failed = Optional.of(System.nanoTime());
            }
        }
    }

    /**
     * Waits for a free place, and after a failure for a while; false when the pool is stopped. Meanwhile checks the
     * waiting elements, because nothing else notices a killed one.
     */
    private boolean awaitRoom() {
        while (true) {
            List<W> ended;
            synchronized (this) {
                if (stopped) {
                    return false;
                }
                ended = removeEnded();
                if (ended.isEmpty()
                        && !hasJustFailed()
                        && waiting.size() + lookedAt < Math.min(size, source.wanted())) {
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

    /** Liveness is checked only every {@link #LOOK_MILLIS}, because a check takes many system calls. */
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
        while (waiting.size() > source.wanted()) {
            ended.add(waiting.removeLast());
        }
        return ended;
    }

    private synchronized List<W> all() {
        return List.copyOf(waiting);
    }

    /** Pauses after an element was taken, except when none is left: then the next request would find the pool empty. */
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

    /** Whether the pause after a failure is not over. It must not delay the checks of waiting elements. */
    private boolean hasJustFailed() {
        failed = failed.filter(time -> System.nanoTime() - time < pauseMillis * 1_000_000);
        return failed.isPresent();
    }
}
