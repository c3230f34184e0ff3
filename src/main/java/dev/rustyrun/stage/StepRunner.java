package dev.rustyrun.stage;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.step.ExecStep;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.Step;
import dev.rustyrun.step.StepContext;
import dev.rustyrun.step.StepFailure;
import java.util.List;

/** Performs a stage's steps in order; reports each step when traced, and the step that fails. */
final class StepRunner {

    /** The maximum number of characters of a step and of a reason in a report: a message has at most about 2000. */
    static final int MAX_STEP = 500;

    static final int MAX_REASON = 1400;

    private final Stage stage;
    private final StageChannel channel;
    private final StepContext context;

    StepRunner(Stage stage, StageChannel channel, StepContext context) {
        this.stage = stage;
        this.channel = channel;
        this.context = context;
    }

    /** Performs {@code steps}, and returns whether all succeeded. The first failure is reported and ends the stage. */
    boolean perform(List<Step> steps, boolean traced) {
        for (Step step : steps) {
            if (!perform(step, traced)) {
                return false;
            }
        }
        return true;
    }

    private boolean perform(Step step, boolean traced) {
        long start = System.nanoTime();
        String described = beforehand(step);
        try {
            if (traced && (step instanceof ExecStep.Exec || step instanceof ExecStep.ExecAppearing)) {
                // After a successful execve, no report is possible.
                channel.send(new Report.StepDone(stage, step.describe(), 0));
            }
            step.apply(context);
        } catch (LinuxException e) {
            Outcome.Fault fault = isOfPath(e.errno()) ? step.concerns() : Outcome.Fault.NONE;
            fail(step, described, e.getMessage() + hint(step, e.errno()), StepFailure.RUSTYRUN_FAILED, fault);
            return false;
        } catch (StepFailure e) {
            Outcome.Fault fault = e.isOfRequest() ? step.concerns() : Outcome.Fault.NONE;
            fail(step, described, e.getMessage(), e.exitCode(), fault);
            return false;
        } catch (RuntimeException | Error e) {
            fail(step, described, "unexpected " + e, StepFailure.RUSTYRUN_FAILED, Outcome.Fault.NONE);
            return false;
        }
        if (traced) {
            int micros = (int) ((System.nanoTime() - start) / 1000);
            channel.send(new Report.StepDone(stage, step.describe(), micros));
        }
        return true;
    }

    /** Whether this errno of a kernel call means that a path, the file there, or an option is wrong. */
    private static boolean isOfPath(int errno) {
        return switch (errno) {
            case Errno.ENOENT,
                    Errno.EACCES,
                    Errno.ENOTDIR,
                    Errno.EISDIR,
                    Errno.EINVAL,
                    Errno.EXDEV,
                    Errno.ELOOP,
                    Errno.ENAMETOOLONG -> true;
            default -> false;
        };
    }

    private static String hint(Step step, int errno) {
        // dup2(2) reports a number beyond the limit as EBADF; a stage uses no descriptor that is not open.
        String hint = errno == Errno.EMFILE || errno == Errno.EBADF
                ? "raise the limit of open files: ulimit -n 1024"
                : step.hint(errno);
        return hint.isEmpty() ? "" : "; " + hint;
    }

    /** The description for a failure, shortened and created while memory is still available. */
    private static String beforehand(Step step) {
        return step instanceof ExecStep.Exec exec && !exec.limits().isEmpty()
                ? Printable.of(step.describe(), MAX_STEP)
                : "";
    }

    private void fail(Step step, String described, String reason, int exitCode, Outcome.Fault fault) {
        String name = described.isEmpty() ? Printable.of(step.describe(), MAX_STEP) : described;
        channel.send(new Report.StepFailed(stage, name, Printable.of(reason, MAX_REASON), exitCode, fault));
    }
}
