package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.io.File;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits for each {@code init} whose {@code child} was killed before it had told of it: it has become a child of this process,
 * which does not know its number. Nobody else waits for a first process of a PID namespace that is a child of ours. Safe for
 * use by several threads.
 */
final class Orphans {

    private static final long SOON_MILLIS = 500;
    private static final long LATER_MILLIS = 10_000;

    private final Linux linux;
    private final AtomicBoolean soon = new AtomicBoolean();
    private final AtomicBoolean later = new AtomicBoolean();
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, work -> {
        Thread made = new Thread(work, "orphans");
        made.setDaemon(true);
        return made;
    });

    Orphans(Linux linux) {
        this.linux = linux;
    }

    /** There may be one, now or in a moment. */
    void expect() {
        if (soon.compareAndSet(false, true)) {
            thread.schedule(() -> reap(soon), SOON_MILLIS, TimeUnit.MILLISECONDS);
        }
        if (later.compareAndSet(false, true)) {
            thread.schedule(() -> reap(later), LATER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void reap(AtomicBoolean expected) {
        expected.set(false);
        String[] names = new File("/proc").list((folder, name) -> name.matches("[0-9]+"));
        for (String name : names == null ? new String[0] : names) {
            if (isEndedInit(name)) {
                linux.awaitIfChild(Integer.parseInt(name));
            }
        }
    }

    private boolean isEndedInit(String process) {
        try {
            String status = linux.readFile("/proc/" + process + "/status");
            return status.contains("\nState:\tZ")
                    && status.contains("\nPPid:\t" + ProcessHandle.current().pid() + "\n")
                    && status.matches("(?s).*\nNSpid:[^\n]*\t1\n.*");
        } catch (LinuxException gone) {
            return false;
        }
    }

    void stop() {
        thread.shutdownNow();
    }
}
