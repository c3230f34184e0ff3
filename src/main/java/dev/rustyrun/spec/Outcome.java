package dev.rustyrun.spec;

import dev.rustyrun.linux.Printable;

/**
 * The result of a launch.
 *
 * @param reason reason for its end
 * @param exitCode exit code of {@code rustyrun run}: the command's own, 128 + the signal, or 125 to 127
 * @param signal signal that killed the command, or 0
 * @param message the error in one line; empty when the command ended by itself
 * @param wallMicros time from sending the plan to the end, in microseconds
 * @param cpuMicros processor time in microseconds, of the container's cgroup or, without one, of stages and command
 * @param peakMemory maximum memory use in bytes, or -1 where that is unknown
 * @param failedStep the step that failed; empty if none did
 * @param fault the part of the request that caused the failure
 */
public record Outcome(
        Reason reason,
        int exitCode,
        int signal,
        String message,
        long wallMicros,
        long cpuMicros,
        long peakMemory,
        String failedStep,
        Fault fault) {

    /** The reason for the end of a launch. */
    public enum Reason {
        /** The command exited. */
        EXITED,
        /** A signal ended the command. */
        SIGNALLED,
        /** The kernel killed the command because it exceeded its memory limit. */
        OOM,
        /** The command exceeded its time limit. */
        TIMEOUT,
        /** The command failed after the container had reached its process limit. */
        PIDS_LIMIT,
        /** The container could not be created, or the command could not be executed. */
        SETUP_FAILED;

        /** The name in lower case, with hyphens. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** A part of a request that can turn out to be wrong during the launch. */
    public enum Fault {
        /** No part of the request caused the failure, or nothing failed. */
        NONE,
        /** The working directory. */
        WORKDIR,
        /** A mount of the host, such as one on a path that is a file in the root file system. */
        MOUNTS,
        /** A tmpfs. */
        TMPFS
    }

    /** A result that no part of the request caused. */
    public Outcome(
            Reason reason,
            int exitCode,
            int signal,
            String message,
            long wallMicros,
            long cpuMicros,
            long peakMemory,
            String failedStep) {
        this(reason, exitCode, signal, message, wallMicros, cpuMicros, peakMemory, failedStep, Fault.NONE);
    }

    /** The error as one line that is safe to print, whatever the container's names contain. */
    public String line() {
        return Printable.line(message);
    }

    /** A copy with a more precise reason. */
    public Outcome because(Reason better, String why) {
        return new Outcome(better, exitCode, signal, why, wallMicros, cpuMicros, peakMemory, failedStep, fault);
    }

    /** A copy with measured resource usage. */
    public Outcome using(long newCpuMicros, long newPeakMemory) {
        return new Outcome(
                reason, exitCode, signal, message, wallMicros, newCpuMicros, newPeakMemory, failedStep, fault);
    }
}
