package dev.rustyrun.container.watch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StepsTest {

    private final AtomicInteger made = new AtomicInteger();
    /** Steps on a machine that allows only one thread. */
    private final Steps steps = new Steps(work -> made.getAndIncrement() == 0 ? daemon(work) : new Refused(work));

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "follow");
        thread.setDaemon(true);
        return thread;
    }

    /** A thread that the kernel refuses to start. */
    private static final class Refused extends Thread {
        Refused(Runnable work) {
            super(work);
        }

        @Override
        public synchronized void start() {
            throw new OutOfMemoryError("unable to create native thread");
        }
    }

    @Test
    void h23_steps_run_although_no_more_threads_can_be_started() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(10);
        for (int i = 0; i < 10; i++) {
            steps.threads().execute(done::countDown);
        }
        assertTrue(done.await(1, TimeUnit.MINUTES));
    }

    @Test
    void h23_a_waiter_is_woken_again_if_no_thread_could_be_started() throws InterruptedException {
        for (int i = 0; i < 3; i++) {
            CountDownLatch done = new CountDownLatch(1);
            steps.wakeable(done::countDown).run();
            assertTrue(done.await(1, TimeUnit.MINUTES));
        }
    }

    @Test
    void a_step_that_fails_does_not_end_the_next_one() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(1);
        steps.threads().execute(() -> {
            throw new StackOverflowError("a step");
        });
        steps.threads().execute(done::countDown);
        assertTrue(done.await(1, TimeUnit.MINUTES));
    }
}
