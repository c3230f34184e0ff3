package dev.rustyrun.container;

/**
 * What is written down about a running container.
 *
 * @param id its name
 * @param pid its PID 1, as the host sees it; 0 while it is being made
 * @param startTime when that process started, in clock ticks since boot: with it a reused pid is told apart; man 5 proc,
 *        {@code /proc/pid/stat}
 * @param rootfs host path
 * @param cgroup its cgroup, relative to the root of each hierarchy; empty when it has none
 * @param created when, in RFC 3339 form
 * @param runPid the process that runs it
 * @param runStartTime when that process started
 */
public record ContainerState(String id, int pid, long startTime, String rootfs, String cgroup, String created,
        int runPid, long runStartTime) {

    /** The same container with its PID 1 known. */
    ContainerState withInit(int init, long initStartTime) {
        return new ContainerState(id, init, initStartTime, rootfs, cgroup, created, runPid, runStartTime);
    }
}
