package dev.rustyrun.container.watch;

import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread for all timeouts. The work must not block. */
public final class Timers {

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
        Thread made = new Thread(work, "timers");
        made.setDaemon(true);
        return made;
    });

    public Timers() {
        thread.setRemoveOnCancelPolicy(true);
        // Started now, because later the kernel may allow no further thread.
        thread.prestartCoreThread();
    }

    /** Calls {@code work} after {@code millis} milliseconds; the returned Runnable cancels it. */
    public Runnable after(long millis, Runnable work) {
        var future = thread.schedule(work, millis, TimeUnit.MILLISECONDS);
        return () -> future.cancel(false);
    }
}
