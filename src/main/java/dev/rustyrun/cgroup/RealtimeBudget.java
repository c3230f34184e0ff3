package dev.rustyrun.cgroup;

import dev.rustyrun.linux.LinuxException;

/**
 * The realtime budget of parent groups: in v1 a group cannot have more of it than its parent, and a new group has none;
 * Documentation/scheduler/sched-rt-group.rst.
 */
final class RealtimeBudget {

    private static final String RUNTIME = "/cpu.rt_runtime_us";
    private static final String PERIOD = "/cpu.rt_period_us";

    private final ControlFiles files;
    private final String mountPoint;

    RealtimeBudget(ControlFiles files, String mountPoint) {
        this.files = files;
        this.mountPoint = mountPoint;
    }

    /**
     * Increases the budget of every group above {@code path} to that of its other children plus {@code runtime}, where
     * it has less. A failure is ignored: the kernel reports it when the budget of the group itself is set.
     *
     * @param runtime microseconds in every {@code period}
     */
    void makeRoomFor(String path, long runtime, long period) {
        for (int slash = path.indexOf('/', 1); slash > 0; slash = path.indexOf('/', slash + 1)) {
            String group = mountPoint + path.substring(0, slash);
            String next = mountPoint + path.substring(0, indexOrEnd(path, slash + 1));
            try {
                raise(group, next, runtime, period);
            } catch (LinuxException e) {
                return;
            }
        }
    }

    private static int indexOrEnd(String path, int from) {
        int slash = path.indexOf('/', from);
        return slash < 0 ? path.length() : slash;
    }

    private void raise(String group, String next, long runtime, long period) {
        long own = number(group + PERIOD);
        long needed = share(runtime, period, own);
        for (String below : files.children(group)) {
            if (!below.equals(next)) {
                needed += share(number(below + RUNTIME), number(below + PERIOD), own);
            }
        }
        long had = number(group + RUNTIME);
        if (had >= 0 && had < needed) {
            files.write(group + RUNTIME, Long.toString(needed));
        }
    }

    /** The equivalent of {@code runtime} per {@code period} for a period of {@code wanted} microseconds. */
    private static long share(long runtime, long period, long wanted) {
        return runtime <= 0 || period <= 0 ? 0 : (runtime * wanted + period - 1) / period;
    }

    private long number(String file) {
        String text = files.readIfThere(file).strip();
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }
}
