package dev.rustyrun.container.watch;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * A small thread pool for followed logs and waiting requests: each step reads a piece of a file or checks a container,
 * and then frees its thread. Safe for use by several threads.
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

    /** A pool with threads of {@code factory}; at least the first thread must start. */
    public Steps(ThreadFactory factory) {
        this.threads =
                new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        // The first thread never ends, so steps run even when the kernel allows no further thread.
        threads.prestartCoreThread();
    }

    /** An executor for single steps. */
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
            LOG.warnf("a step has failed: %s", e.getMessage());
        }
    }

    /**
     * A Runnable that schedules {@code work}. It never runs in two threads at once; any number of calls while it runs
     * cause one more run.
     */
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

        /** Schedules the work. */
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
