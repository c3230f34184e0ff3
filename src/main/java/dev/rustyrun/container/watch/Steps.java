package dev.rustyrun.container.watch;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * A few threads for all who follow and wait: each step reads a piece of a file or looks at a container, and then its turn is
 * over. Safe for use by several threads.
 */
public final class Steps {

    private static final Logger LOG = Logger.getLogger(Steps.class);
    private static final int THREADS = 4;

    private final ThreadPoolExecutor threads;

    public Steps() {
        this(work -> {
            Thread made = new Thread(work, "follow");
            made.setDaemon(true);
            return made;
        });
    }

    /** Steps on threads that {@code factory} makes, of which the first one must start. */
    public Steps(ThreadFactory factory) {
        this.threads =
                new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        // It never ends: steps are done even when the kernel allows no further thread.
        threads.prestartCoreThread();
    }

    /** The threads, for a single step. */
    public Executor threads() {
        return this::execute;
    }

    private void execute(Runnable work) {
        Runnable step = () -> perform(work);
        try {
            threads.execute(step);
        } catch (OutOfMemoryError noThread) {
            threads.getQueue().add(step);
        }
    }

    private static void perform(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.warnf("a step of following has failed: %s", e.getMessage());
        }
    }

    /** {@code work}, never done by two threads at once, and done once more after it was woken, however often. */
    public Runnable wakeable(Runnable work) {
        return new Wakeable(threads(), work);
    }

    private static final class Wakeable implements Runnable {

        private final Executor threads;
        private final Runnable work;
        private final AtomicInteger wanted = new AtomicInteger();

        Wakeable(Executor threads, Runnable work) {
            this.threads = threads;
            this.work = work;
        }

        /** Wakes it. */
        @Override
        public void run() {
            if (wanted.getAndIncrement() == 0) {
                threads.execute(this::perform);
            }
        }

        private void perform() {
            int seen = wanted.get();
            try {
                Steps.perform(work);
            } finally {
                if (wanted.addAndGet(-seen) > 0) {
                    threads.execute(this::perform);
                }
            }
        }
    }
}
