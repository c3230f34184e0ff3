package dev.rustyrun.engine.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.container.watch.Timers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LaunchQueueTest {

    private static final int WAITING = 3;

    private final AtomicInteger threads = new AtomicInteger(Integer.MAX_VALUE);
    private final CountDownLatch done = new CountDownLatch(1);
    private final ConcurrentLinkedQueue<String> ends = new ConcurrentLinkedQueue<>();
    /** Runs when the queue wants a thread that may not be made. */
    private Runnable meanwhile = () -> {};

    private final LaunchQueue slots = new LaunchQueue(
            Configured.with(Path.of("/none"), Map.of("rustyrun.concurrent", "1", "rustyrun.queue", "9")),
            new Timers(),
            work -> {
                if (threads.getAndDecrement() <= 0) {
                    meanwhile.run();
                    throw new OutOfMemoryError("unable to create native thread");
                }
                Thread made = Executors.defaultThreadFactory().newThread(work);
                made.setDaemon(true);
                return made;
            });

    private void enter(String caller, CountDownLatch until) {
        slots.enter(caller, new LaunchQueue.Work() {
            @Override
            public void perform(long queuedMicros) {
                try {
                    assertTrue(until.await(1, TimeUnit.MINUTES));
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                ends.add(caller + " ran");
            }

            @Override
            public void refuse(Throwable reason) {
                ends.add(caller + " refused");
            }
        });
    }

    @Test
    void h23_a_waiting_request_that_gets_no_thread_is_answered_and_no_slot_is_lost() throws InterruptedException {
        threads.set(0);
        meanwhile = () -> {
            for (int i = 0; i < WAITING; i++) {
                enter("waiting-" + i, done);
            }
        };
        enter("first", done);
        List<String> expected = new ArrayList<>(List.of("first refused"));
        for (int i = 0; i < WAITING; i++) {
            expected.add("waiting-" + i + " refused");
        }
        assertEquals(expected, List.copyOf(ends));
        assertEquals(0, slots.running());
        assertEquals(0, slots.waiting());
        threads.set(1);
        done.countDown();
        enter("next", done);
        slots.awaitNone(TimeUnit.MINUTES.toMillis(1));
        assertTrue(ends.contains("next ran"), ends.toString());
    }

    @Test
    void the_end_of_all_launches_can_be_awaited() throws InterruptedException {
        for (int i = 0; i < WAITING; i++) {
            enter("caller-" + i, done);
        }
        slots.awaitNone(1);
        assertEquals(1, slots.running());
        assertEquals(WAITING - 1, slots.waiting());
        done.countDown();
        slots.awaitNone(TimeUnit.MINUTES.toMillis(1));
        assertEquals(0, slots.running() + slots.waiting());
        assertEquals(WAITING, ends.size());
    }
}
