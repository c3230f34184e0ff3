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
 * Reaps children of this process that it did not start itself: children of a stage or of a monitor that was killed
 * before it could report them. They may be in any namespace, and are recognized because they are unknown. Therefore the
 * thread that looks for orphans must {@linkplain #started register} all processes that it starts. Thread-safe.
 */
final class Orphans {

    private static final long SOON_MILLIS = 500;
    private static final long LATER_MILLIS = 10_000;

    private final Linux linux;
    private final ScheduledExecutorService starter;
    private final AtomicBoolean soon = new AtomicBoolean();
    private final AtomicBoolean later = new AtomicBoolean();
    private final Map<Integer, Object> started = new ConcurrentHashMap<>();
    /**
     * Zombies found by the last check. Only one that is found twice is reaped here, because a helper's starter reaps it
     * immediately.
     */
    private Set<Integer> ended = Set.of();

    /** @param starter the thread that starts all children, and registers them here before it does anything else */
    Orphans(Linux linux, ScheduledExecutorService starter) {
        this.linux = linux;
        this.starter = starter;
    }

    /** Registers the process {@code pid}, which another caller waits for; run the result once the wait is over. */
    Runnable started(int pid) {
        Object mark = new Object();
        started.put(pid, mark);
        // The process id may have been reused by then.
        return () -> started.remove(pid, mark);
    }

    /** Schedules a check, because an orphan may exist now or soon. */
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
            // It dies with the process that started it, so this checks again later.
            look(later, LATER_MILLIS);
        }
    }

    /** The status of {@code process} if it is a child of this process; empty otherwise. */
    private String statusOfChild(int process) {
        try {
            String status = linux.readFile("/proc/" + process + "/status");
            return status.contains("\nPPid:\t" + linux.processId() + "\n") ? status : "";
        } catch (LinuxException gone) {
            return "";
        }
    }
}
