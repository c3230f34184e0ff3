package dev.rustyrun.engine.service;

import dev.rustyrun.container.OwnHeap;
import dev.rustyrun.container.watch.Timers;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Collects garbage while no launch is running. Otherwise one launch in twenty would wait for a collection, which takes
 * longer than the launch, because without isolates it scans the whole image heap (docs/native.md).
 */
@Singleton
final class IdleCollection {

    /** After so many launches, their garbage fills about a third of the young generation. */
    private static final int LAUNCHES = 8;
    /** Without a launch for so long, another one probably does not follow immediately. */
    private static final long IDLE_MILLIS = 15;

    private final IntSupplier running;
    private final Consumer<Runnable> later;
    private final Runnable collection;
    private final AtomicInteger launches = new AtomicInteger();
    private final AtomicBoolean planned = new AtomicBoolean();

    @Inject
    IdleCollection(LaunchQueue queue, Timers timers) {
        this(queue::running, work -> timers.after(IDLE_MILLIS, work), OwnHeap::collect);
    }

    /**
     * @param running the number of running launches
     * @param later runs work after {@link #IDLE_MILLIS}
     * @param collection collects garbage
     */
    IdleCollection(IntSupplier running, Consumer<Runnable> later, Runnable collection) {
        this.running = running;
        this.later = later;
        this.collection = collection;
    }

    /** Records that a launch has ended; collects soon, unless another launch follows. */
    void launched() {
        plan(launches.incrementAndGet());
    }

    private void plan(int now) {
        if (now >= LAUNCHES && planned.compareAndSet(false, true)) {
            later.accept(() -> collectIfIdle(now));
        }
    }

    private void collectIfIdle(int before) {
        planned.set(false);
        int now = launches.get();
        if (now != before) {
            // Launches that ended meanwhile could not plan another attempt.
            plan(now);
        } else if (running.getAsInt() == 0 && launches.compareAndSet(before, 0)) {
            // Otherwise the launch that runs plans the next attempt.
            collection.run();
        }
    }
}
