package dev.rustyrun.container.watch;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread for all limits of time. What it is given to do must not wait. */
public final class Timers {

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
        Thread made = new Thread(work, "timers");
        made.setDaemon(true);
        return made;
    });

    public Timers() {
        thread.setRemoveOnCancelPolicy(true);
        // Now, and not when it is first needed: the kernel may allow no further thread then.
        thread.prestartCoreThread();
    }

    /** Does {@code work} after that time; the result keeps it from being done. */
    public Runnable after(long millis, Runnable work) {
        var future = thread.schedule(work, millis, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }
}
