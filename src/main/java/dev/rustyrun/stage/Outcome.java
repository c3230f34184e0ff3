package dev.rustyrun.stage;

/**
 * How a launch ended.
 *
 * @param reason in one word
 * @param exitCode what {@code rustyrun run} exits with: the command's own, 128 + the signal, or 125 to 127
 * @param signal that ended the command, or 0
 * @param message what went wrong, in one line; empty when the command ended by itself
 * @param wallMicros from the plan's being sent to the end, in microseconds
 * @param cpuMicros processor time in microseconds, of the container's cgroup or, without one, of stages and command
 * @param peakMemory the most bytes that it had in use, or -1 where that is not known
 * @param failedStep the step that failed; empty when none did
 */
public record Outcome(
        Reason reason,
        int exitCode,
        int signal,
        String message,
        long wallMicros,
        long cpuMicros,
        long peakMemory,
        String failedStep) {

    /** Why it ended. */
    public enum Reason {
        /** The command exited. */
        EXITED,
        /** A signal ended the command. */
        SIGNALLED,
        /** The kernel killed it because it used more memory than its limit. */
        OOM,
        /** It ran longer than it was allowed to. */
        TIMEOUT,
        /** It failed after the container had reached its process limit. */
        PIDS_LIMIT,
        /** The container could not be made, or the command not be executed. */
        SETUP_FAILED;

        /** In lower case, with hyphens. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    /** The same, with more known about why. */
    public Outcome because(Reason better, String why) {
        return new Outcome(better, exitCode, signal, why, wallMicros, cpuMicros, peakMemory, failedStep);
    }

    /** The same, with measured use. */
    public Outcome using(long newCpuMicros, long newPeakMemory) {
        return new Outcome(reason, exitCode, signal, message, wallMicros, newCpuMicros, newPeakMemory, failedStep);
    }
}
