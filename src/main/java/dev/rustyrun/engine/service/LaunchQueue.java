package dev.rustyrun.engine.service;

import dev.rustyrun.container.watch.Timers;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/**
 * Limits the number of running and of queued launches. Queued launches hold no thread. The queue is fair: it serves
 * callers in turn, regardless of how many requests each has sent. When it is full, the caller with the most queued
 * requests loses the latest one. Thread-safe.
 */
@Singleton
public final class LaunchQueue {

    private final ServeConfig config;
    private final Timers timers;
    /** Never has more threads than slots. */
    private final Executor threads;

    /** Tickets by caller; the first caller is next. */
    private final Map<String, Deque<Ticket>> waiting = new LinkedHashMap<>();

    private int waitingCount;
    private int running;
    private volatile boolean draining;

    @Inject
    LaunchQueue(ServeConfig config, Timers timers) {
        this(config, timers, work -> {
            Thread made = new Thread(work, "launch");
            made.setDaemon(true);
            return made;
        });
    }

    /** Creates a queue whose threads come from {@code factory}. */
    LaunchQueue(ServeConfig config, Timers timers, ThreadFactory factory) {
        this.config = config;
        this.timers = timers;
        this.threads = Executors.newCachedThreadPool(factory);
    }

    /** Work that needs a slot of the queue. */
    interface Work {
        /** Does the work, on a thread that it may block; the slot becomes free when it returns. */
        void perform(long queuedMicros);

        /** Called instead of {@link #perform} if no slot becomes free. */
        void refuse(Throwable reason);
    }

    /** A place in the queue. */
    final class Ticket {

        private final String caller;
        private final Work work;
        private final long since = System.nanoTime();
        private Runnable timer = () -> {};

        private Ticket(String caller, Work work) {
            this.caller = caller;
            this.work = work;
        }

        /** Leaves the queue without a call to {@link Work#refuse}; returns whether the work had not started. */
        boolean giveUp() {
            boolean waited = remove(this);
            if (waited) {
                timer.run();
            }
            return waited;
        }
    }

    /**
     * Runs {@code work} when a slot is free.
     *
     * @param caller the name of the caller
     */
    Ticket enter(String caller, Work work) {
        Ticket ticket = new Ticket(caller, work);
        Optional<Ticket> displaced = Optional.empty();
        Optional<RefusedException> refusal = Optional.empty();
        boolean begins = false;
        synchronized (this) {
            if (draining) {
                refusal = Optional.of(RefusedException.stopping());
            } else if (running < config.concurrent()) {
                running++;
                begins = true;
            } else {
                if (waitingCount >= config.queue()) {
                    displaced = displace(ticket);
                }
                if (displaced.isPresent() && displaced.get() == ticket) {
                    refusal = Optional.of(full());
                    displaced = Optional.empty();
                } else {
                    waiting.computeIfAbsent(caller, none -> new ArrayDeque<>()).addLast(ticket);
                    waitingCount++;
                    ticket.timer = timers.after(config.queueSeconds() * 1000L, () -> expire(ticket));
                }
            }
        }
        displaced.ifPresent(other -> {
            other.timer.run();
            other.work.refuse(full());
        });
        refusal.ifPresent(work::refuse);
        if (begins) {
            begin(ticket);
        }
        return ticket;
    }

    private RefusedException full() {
        return RefusedException.tooMany(
                config.concurrent() + " launches are running and " + config.queue() + " are waiting, the maximum");
    }

    /** Selects the launch to refuse: the latest of the caller with the most queued launches, or the new one. */
    private Optional<Ticket> displace(Ticket newcomer) {
        int own = waiting.getOrDefault(newcomer.caller, new ArrayDeque<>()).size();
        Optional<Deque<Ticket>> longest = waiting.values().stream().max(Comparator.comparingInt(Deque::size));
        if (longest.isEmpty() || longest.get().size() <= own + 1) {
            return Optional.of(newcomer);
        }
        Ticket last = longest.get().getLast();
        remove(last);
        return Optional.of(last);
    }

    private void expire(Ticket ticket) {
        if (remove(ticket)) {
            ticket.work.refuse(
                    RefusedException.unavailable("no slot became free within " + config.queueSeconds() + " s"));
        }
    }

    private synchronized boolean remove(Ticket ticket) {
        Deque<Ticket> all = waiting.get(ticket.caller);
        if (all == null || !all.remove(ticket)) {
            return false;
        }
        if (all.isEmpty()) {
            waiting.remove(ticket.caller);
        }
        waitingCount--;
        return true;
    }

    private void begin(Ticket ticket) {
        try {
            threads.execute(() -> work(ticket));
        } catch (RuntimeException | Error e) {
            // The limit of threads or memory is reached.
            ticket.work.refuse(
                    RefusedException.unavailable("no thread can be created for a launch: " + e.getMessage()));
            giveBack()
                    .forEach(other ->
                            other.work.refuse(RefusedException.unavailable("no thread can be created for a launch")));
        }
    }

    /**
     * Frees a slot that has no thread. If no slot is in use any more, returns the queued launches, because nothing
     * would start them.
     */
    private synchronized List<Ticket> giveBack() {
        running--;
        notifyAll();
        if (running > 0) {
            return List.of();
        }
        List<Ticket> left = waiting.values().stream().flatMap(Deque::stream).toList();
        waiting.clear();
        waitingCount = 0;
        left.forEach(other -> other.timer.run());
        return left;
    }

    /** Runs launches one after the other until the queue is empty. */
    private void work(Ticket first) {
        for (Optional<Ticket> ticket = Optional.of(first); ticket.isPresent(); ) {
            Ticket now = ticket.get();
            try {
                now.work.perform((System.nanoTime() - now.since) / 1000);
            } catch (RuntimeException | Error e) {
                now.work.refuse(e);
            } finally {
                ticket = leave();
            }
        }
    }

    /** Frees a slot, or returns the next launch for it. */
    private synchronized Optional<Ticket> leave() {
        var callers = waiting.entrySet().iterator();
        if (!callers.hasNext()) {
            running--;
            notifyAll();
            return Optional.empty();
        }
        Map.Entry<String, Deque<Ticket>> first = callers.next();
        Ticket next = first.getValue().removeFirst();
        callers.remove();
        waitingCount--;
        if (!first.getValue().isEmpty()) {
            waiting.put(next.caller, first.getValue());
        }
        next.timer.run();
        return Optional.of(next);
    }

    /** Refuses new launches from now on. */
    void drain() {
        draining = true;
    }

    /** Waits until no launch is running, at most {@code millis}. */
    synchronized void awaitNone(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; running > 0 && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    public boolean isDraining() {
        return draining;
    }

    public synchronized int running() {
        return running;
    }

    public synchronized int waiting() {
        return waitingCount;
    }

    /** Whether the queue is full: another launch could be refused. */
    public synchronized boolean isFull() {
        return waitingCount >= config.queue();
    }
}
