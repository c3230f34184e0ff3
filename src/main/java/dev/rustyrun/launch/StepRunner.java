package dev.rustyrun.launch;

import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.plan.CommandStep;
import dev.rustyrun.plan.Stage;
import dev.rustyrun.plan.Step;
import java.util.List;

/** Performs a stage's steps one after the other, and reports each one when traced, and the one that fails. */
final class StepRunner {

    private final Stage stage;
    private final StageChannel channel;
    private final StepPerformer performer;

    StepRunner(Stage stage, StageChannel channel, StepPerformer performer) {
        this.stage = stage;
        this.channel = channel;
        this.performer = performer;
    }

    /** Performs {@code steps}; whether all went well. The first failure is reported and ends it. */
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
        try {
            if (traced && (step instanceof CommandStep.Exec || step instanceof CommandStep.ExecAppearing)) {
                // An execve that succeeds cannot report any more.
                channel.send(new Report.StepDone(stage, step.describe(), 0));
            }
            performer.perform(step);
        } catch (LinuxException e) {
            fail(step, e.getMessage() + Hints.of(step, e.errno()), StepFailure.RUSTYRUN_FAILED);
            return false;
        } catch (StepFailure e) {
            fail(step, e.getMessage(), e.exitCode());
            return false;
        } catch (RuntimeException | Error e) {
            fail(step, "unexpected " + e, StepFailure.RUSTYRUN_FAILED);
            return false;
        }
        if (traced) {
            int micros = (int) ((System.nanoTime() - start) / 1000);
            channel.send(new Report.StepDone(stage, step.describe(), micros));
        }
        return true;
    }

    private void fail(Step step, String reason, int exitCode) {
        channel.send(new Report.StepFailed(stage, step.describe(), reason, exitCode));
    }
}
