package dev.rustyrun.step;

/** A step that could not be performed although no kernel call failed, or with a meaning of its own for the exit code. */
public final class StepFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What {@code run} exits with when Rustyrun itself failed. */
    public static final int RUSTYRUN_FAILED = 125;
    /** What {@code run} exits with when the command cannot be executed. */
    public static final int NOT_EXECUTABLE = 126;
    /** What {@code run} exits with when the command is not there. */
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
