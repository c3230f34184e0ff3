package dev.rustyrun.http;

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
 * Bounds how many launches run at once and how many wait. Waiting launches hold no thread. The queue takes turns
 * between callers, however many requests each has sent; when it is full, the caller with the most waiting requests
 * loses the last one. Safe for use by several threads.
 */
@Singleton
public final class LaunchQueue {

    private static final int SOON = 1;

    private final ServeConfig config;
    private final Timers timers;
    /** As many threads as turns. */
    private final Executor threads;

    /** By caller; the first one is next. */
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

    /** A queue whose threads come from {@code factory}. */
    LaunchQueue(ServeConfig config, Timers timers, ThreadFactory factory) {
        this.config = config;
        this.timers = timers;
        this.threads = Executors.newCachedThreadPool(factory);
    }

    /** Work in a slot of the queue. */
    interface Work {
        /** Does the work, on a thread that it may block; the slot is free when it returns. */
        void perform(long queuedMicros);

        /** Called instead if no slot becomes free. */
        void refuse(Problem problem);
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

        /** Gives up the place silently; returns whether the work had not started. */
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
     * @param caller the caller of the request
     */
    Ticket enter(String caller, Work work) {
        Ticket ticket = new Ticket(caller, work);
        Optional<Ticket> displaced = Optional.empty();
        Optional<Problem> problem = Optional.empty();
        boolean begins = false;
        synchronized (this) {
            if (draining) {
                problem = Optional.of(Problem.busy(503, "the service is stopping", SOON));
            } else if (running < config.concurrent()) {
                running++;
                begins = true;
            } else {
                if (waitingCount >= config.queue()) {
                    displaced = displace(ticket);
                }
                if (displaced.isPresent() && displaced.get() == ticket) {
                    problem = Optional.of(full());
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
        problem.ifPresent(work::refuse);
        if (begins) {
            begin(ticket);
        }
        return ticket;
    }

    private Problem full() {
        return Problem.busy(
                429, config.concurrent() + " launches run and " + config.queue() + " wait, which is the maximum", SOON);
    }

    /** Chooses the launch to refuse: the last of the caller that has most, or the new one. */
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
            ticket.work.refuse(Problem.busy(503, "no launch has ended within " + config.queueSeconds() + " s", SOON));
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
            // No more threads, or no memory.
            ticket.work.refuse(Problem.busy(503, "no thread can be created for a launch: " + e.getMessage(), SOON));
            giveBack()
                    .forEach(other ->
                            other.work.refuse(Problem.busy(503, "no thread can be created for a launch", SOON)));
        }
    }

    /** Frees a slot that has no thread; the waiting launches, if no other slot becomes free before. */
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

    /** Runs one launch after the other, as long as some wait. */
    private void work(Ticket first) {
        for (Optional<Ticket> ticket = Optional.of(first); ticket.isPresent(); ) {
            Ticket now = ticket.get();
            try {
                now.work.perform((System.nanoTime() - now.since) / 1000);
            } catch (RuntimeException | Error e) {
                now.work.refuse(Problems.of(e));
            } finally {
                ticket = leave();
            }
        }
    }

    /** Frees a slot; returns the next launch. */
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

    /** Waits until no launch runs or waits, but at most this long. */
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

    /** Whether another launch would be refused. */
    public synchronized boolean isFull() {
        return waitingCount >= config.queue();
    }
}
