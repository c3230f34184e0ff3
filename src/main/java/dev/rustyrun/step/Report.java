package dev.rustyrun.step;

import dev.rustyrun.spec.Outcome;

/** A message from a stage to the {@code run} stage. */
public sealed interface Report {

    /** The descriptor that is sent with the report, or {@link Connection#NO_DESCRIPTOR}. */
    default int along() {
        return Connection.NO_DESCRIPTOR;
    }

    /** A step was performed; sent only when steps are traced. */
    record StepDone(Stage stage, String step, int micros) implements Report {}

    /**
     * A step failed, and thereby the launch.
     *
     * @param reason the error, with the errno's name and a remedy
     * @param exitCode 127, 126 or 125
     * @param fault the part of the request that caused the failure
     */
    record StepFailed(Stage stage, String step, String reason, int exitCode, Outcome.Fault fault) implements Report {
        /** A failure that no part of the request caused. */
        public StepFailed(Stage stage, String step, String reason, int exitCode) {
            this(stage, step, reason, exitCode, Outcome.Fault.NONE);
        }
    }

    /** The launch continues, but the user should know {@code text}. */
    record Warned(String text) implements Report {}

    /** The {@code child} stage has started {@code init}, with this process id on the host. */
    record InitStarted(int pid) implements Report {}

    /**
     * PID 1 has ended, with this wait status.
     *
     * @param cpuMicros processor time of PID 1 and of the children that it waited for, in microseconds
     */
    record InitEnded(int status, long cpuMicros) implements Report {}

    /**
     * A stage requests a step from the list of {@code run}, and waits for the answer if that step has one.
     *
     * @param step index in {@code run}'s part of the plan
     * @param descriptor a descriptor sent with the request, or {@link Connection#NO_DESCRIPTOR}
     */
    record Due(int step, int descriptor) implements Report {
        @Override
        public int along() {
            return descriptor;
        }
    }

    /**
     * {@code init} has performed its first steps ahead of a launch, and waits for the rest.
     *
     * @param root the open root of the container, or {@link Connection#NO_DESCRIPTOR}
     */
    record Prepared(int root) implements Report {
        @Override
        public int along() {
            return root;
        }
    }

    /** The process with this id replaces {@code init}, which has ended. */
    record Appeared(int pid) implements Report {}

    /**
     * The command could not be executed after it had been started; only written to a file.
     *
     * @param limits names of the limits that were set, separated by NUL characters
     */
    record ExecuteFailed(int errno, String path, String limits) implements Report {}
}
