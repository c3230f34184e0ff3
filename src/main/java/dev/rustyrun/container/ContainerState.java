package dev.rustyrun.container;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Map;

/**
 * The stored state of a container. It is written before anything else of the container is made.
 *
 * @param id its name
 * @param pid the host's pid of its PID 1; 0 while it is being made
 * @param startTime when that process started, in clock ticks since boot; distinguishes it from a later process with the
 *        same pid; man 5 proc, {@code /proc/pid/stat}
 * @param rootfs host path
 * @param cgroup its cgroup, relative to the root of each hierarchy; empty when it has none
 * @param created the time of its creation, in RFC 3339 form
 * @param runPid the process that makes or runs it
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

    /** The current time in RFC 3339 form. */
    static String now() {
        return text(Instant.now());
    }

    /** The same text as {@link Instant#toString}, which loads a general formatter; each launch would wait for that. */
    static String text(Instant instant) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
        // Java leaves seconds out when they are 0.
        return time + (time.getSecond() == 0 && time.getNano() == 0 ? ":00Z" : "Z");
    }

    /** This state with the container's PID 1. */
    ContainerState withInit(int init, long initStartTime) {
        return new ContainerState(
                id, init, initStartTime, rootfs, cgroup, created, runPid, runStartTime, setUp, origin);
    }

    /** This state, marked as set up. */
    ContainerState afterSetUp() {
        return new ContainerState(id, pid, startTime, rootfs, cgroup, created, runPid, runStartTime, true, origin);
    }

    /**
     * The bundle that a container was made from.
     *
     * @param bundle its absolute path; empty for a container from the command line
     * @param annotations of its config.json
     * @param hasProcess whether config.json has a process
     * @param hasLateHooks whether hooks run after its start or after its deletion
     * @param keptProcess of a container from the command line, {@link dev.rustyrun.oci.SavedProcess}; else empty
     * @param stays whether a container from the command line is kept after its end, until it is deleted
     */
    public record Origin(
            String bundle,
            Map<String, String> annotations,
            boolean hasProcess,
            boolean hasLateHooks,
            String keptProcess,
            boolean stays) {

        /** A container from a bundle. */
        public Origin(String bundle, Map<String, String> annotations, boolean hasProcess, boolean hasLateHooks) {
            this(bundle, annotations, hasProcess, hasLateHooks, "", false);
        }

        /** A container from the command line, without labels. */
        static Origin commandLine(String keptProcess) {
            return commandLine(keptProcess, Map.of());
        }

        /** A container from the command line with these labels. */
        static Origin commandLine(String keptProcess, Map<String, String> labels) {
            return new Origin("", labels, true, false, keptProcess, false);
        }

        /** This origin, for a container that is kept after its end. */
        Origin staying() {
            return new Origin(bundle, annotations, hasProcess, hasLateHooks, keptProcess, true);
        }

        public Origin {
            annotations = Map.copyOf(annotations);
        }
    }
}
