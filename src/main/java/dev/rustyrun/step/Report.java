package dev.rustyrun.step;

/** What a stage tells the {@code run} stage. */
public sealed interface Report {

    /** A step was done; only sent when steps are traced. */
    record StepDone(Stage stage, String step, int micros) implements Report {}

    /**
     * A step failed, and with it the launch.
     *
     * @param reason what went wrong, with errno by name, and what to do about it
     * @param exitCode 127, 126 or 125
     */
    record StepFailed(Stage stage, String step, String reason, int exitCode) implements Report {}

    /** The {@code child} stage has started {@code init}; its process id on the host. */
    record InitStarted(int pid) implements Report {}

    /**
     * PID 1 has ended, with this wait status.
     *
     * @param cpuMicros processor time of PID 1 and of those of its children that it waited for, in microseconds
     */
    record InitEnded(int status, long cpuMicros) implements Report {}

    /**
     * A stage asks {@code run} for a step of its list, and waits for the answer where that step has one.
     *
     * @param step its number in {@code run}'s part of the plan
     * @param descriptor what comes along with the request, or {@link Connection#NO_DESCRIPTOR}
     */
    record Due(int step, int descriptor) implements Report {}

    /** {@code init} has done the first of its steps ahead of a launch, and waits for the rest. */
    record Prepared() implements Report {}

    /** The process with this id goes on as {@code init}, which has ended. */
    record Appeared(int pid) implements Report {}

    /**
     * The command could not be executed after it had been started; only ever in a file.
     *
     * @param limits the names of those that were set before, each with a NUL between it and the next
     */
    record ExecuteFailed(int errno, String path, String limits) implements Report {}
}
