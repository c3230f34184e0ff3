package dev.rustyrun.container;

import java.util.Map;

/**
 * What is written down about a container, before anything of it is made.
 *
 * @param id its name
 * @param pid its PID 1, as the host sees it; 0 while it is being made
 * @param startTime when that process started, in clock ticks since boot: with it a reused pid is told apart; man 5 proc,
 *        {@code /proc/pid/stat}
 * @param rootfs host path
 * @param cgroup its cgroup, relative to the root of each hierarchy; empty when it has none
 * @param created when, in RFC 3339 form
 * @param runPid the process that runs or makes it
 * @param runStartTime when that process started
 * @param setUp whether it has been made completely
 * @param origin where it comes from
 */
public record ContainerState(
        String id,
        int pid,
        long startTime,
        String rootfs,
        String cgroup,
        String created,
        int runPid,
        long runStartTime,
        boolean setUp,
        Origin origin) {

    /** The same container with its PID 1 known. */
    ContainerState withInit(int init, long initStartTime) {
        return new ContainerState(
                id, init, initStartTime, rootfs, cgroup, created, runPid, runStartTime, setUp, origin);
    }

    /** The same container, made. */
    ContainerState afterSetUp() {
        return new ContainerState(id, pid, startTime, rootfs, cgroup, created, runPid, runStartTime, true, origin);
    }

    /**
     * The bundle that a container was made from.
     *
     * @param bundle its absolute path; empty for a container from the command line
     * @param annotations of its config.json
     * @param hasProcess whether it says what to run
     * @param hasLateHooks whether hooks run after its start or after its deletion
     * @param keptProcess of a container from the command line, {@link dev.rustyrun.oci.SavedProcess}; else empty
     * @param stays whether one from the command line stays after its end, until it is deleted
     */
    public record Origin(
            String bundle,
            Map<String, String> annotations,
            boolean hasProcess,
            boolean hasLateHooks,
            String keptProcess,
            boolean stays) {

        /** A bundle. */
        public Origin(String bundle, Map<String, String> annotations, boolean hasProcess, boolean hasLateHooks) {
            this(bundle, annotations, hasProcess, hasLateHooks, "", false);
        }

        /** No bundle. */
        static Origin commandLine(String keptProcess) {
            return commandLine(keptProcess, Map.of());
        }

        /** The same with these labels. */
        static Origin commandLine(String keptProcess, Map<String, String> labels) {
            return new Origin("", labels, true, false, keptProcess, false);
        }

        /** The same of a container that stays after its end. */
        Origin staying() {
            return new Origin(bundle, annotations, hasProcess, hasLateHooks, keptProcess, true);
        }

        public Origin {
            annotations = Map.copyOf(annotations);
        }
    }
}
