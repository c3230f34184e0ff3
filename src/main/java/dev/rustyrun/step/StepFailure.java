package dev.rustyrun.step;

/** A step that failed for a reason other than a kernel call, or with an exit code of its own. */
public final class StepFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The exit code of {@code run} when Rustyrun itself failed. */
    public static final int RUSTYRUN_FAILED = 125;
    /** The exit code of {@code run} when the command cannot be executed. */
    public static final int NOT_EXECUTABLE = 126;
    /** The exit code of {@code run} when the command does not exist. */
    public static final int NOT_FOUND = 127;

    private final int exitCode;

    public StepFailure(String reason, int exitCode) {
        super(reason);
        this.exitCode = exitCode;
    }

    public StepFailure(String reason) {
        this(reason, RUSTYRUN_FAILED);
    }

    public int exitCode() {
        return exitCode;
    }
}
