package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.io.File;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Waits for the children of this process that it has not started itself: children of a stage or of a monitor that was
 * killed before it reported them. They may be in any namespace and are recognized because they are unknown: so
 * started processes must be {@linkplain #started named}, by the thread that looks for the others. Safe for use by
 * several threads.
 */
final class Orphans {

    private static final long SOON_MILLIS = 500;
    private static final long LATER_MILLIS = 10_000;

    private final Linux linux;
    private final ScheduledExecutorService starter;
    private final AtomicBoolean soon = new AtomicBoolean();
    private final AtomicBoolean later = new AtomicBoolean();
    private final Map<Integer, Object> started = new ConcurrentHashMap<>();
    /** From the last look; a process that starts something else, such as a helper, waits for it at once. */
    private Set<Integer> ended = Set.of();

    /** @param starter the thread that starts all children, and names them here before it does anything else */
    Orphans(Linux linux, ScheduledExecutorService starter) {
        this.linux = linux;
        this.starter = starter;
    }

    /** The process {@code pid} was started, and somebody waits for it; run the result once the wait is over. */
    Runnable started(int pid) {
        Object mark = new Object();
        started.put(pid, mark);
        // Its number may belong to another process by then.
        return () -> started.remove(pid, mark);
    }

    /** An orphan may exist, now or in a moment. */
    void expect() {
        look(soon, SOON_MILLIS);
        look(later, LATER_MILLIS);
    }

    private void look(AtomicBoolean expected, long millis) {
        if (expected.compareAndSet(false, true)) {
            starter.schedule(
                    () -> {
                        expected.set(false);
                        reap();
                    },
                    millis,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void reap() {
        Set<Integer> now = new HashSet<>();
        boolean alive = false;
        String[] names = new File("/proc").list((folder, name) -> name.matches("[0-9]+"));
        for (String name : names == null ? new String[0] : names) {
            int process = Integer.parseInt(name);
            String status = started.containsKey(process) ? "" : statusOfChild(process);
            if (!status.contains("\nState:\tZ")) {
                alive |= !status.isEmpty();
            } else if (ended.contains(process)) {
                linux.reap(process);
            } else {
                now.add(process);
            }
        }
        ended = now;
        if (!now.isEmpty()) {
            look(soon, SOON_MILLIS);
        }
        if (alive) {
            // It dies with the process that has started it.
            look(later, LATER_MILLIS);
        }
    }

    /** Empty if it is not an orphan. */
    private String statusOfChild(int process) {
        try {
            String status = linux.readFile("/proc/" + process + "/status");
            return status.contains("\nPPid:\t" + linux.processId() + "\n") ? status : "";
        } catch (LinuxException gone) {
            return "";
        }
    }
}
