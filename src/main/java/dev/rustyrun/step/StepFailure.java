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
    private final boolean requested;

    public StepFailure(String reason, int exitCode) {
        this(reason, exitCode, false);
    }

    private StepFailure(String reason, int exitCode, boolean requested) {
        super(reason);
        this.exitCode = exitCode;
        this.requested = requested;
    }

    /** A step that failed because the root file system has something at a path that does not fit the request. */
    public static StepFailure ofRequest(String reason) {
        return new StepFailure(reason, RUSTYRUN_FAILED, true);
    }

    public StepFailure(String reason) {
        this(reason, RUSTYRUN_FAILED);
    }

    /** Whether the request is the cause, with {@link Step#concerns}. */
    public boolean isOfRequest() {
        return requested;
    }

    public int exitCode() {
        return exitCode;
    }
}
