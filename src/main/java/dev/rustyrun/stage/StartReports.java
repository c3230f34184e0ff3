package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.StepLog;
import dev.rustyrun.step.Command;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.ReportCodec;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.StepFailure;
import java.util.List;
import java.util.Optional;

/** Reads the reports that {@code init} has written to a file after its wait for the start. */
public final class StartReports {

    /** Much more than the reports of a Rustyrun process. */
    private static final int MAX_BYTES = 1 << 20;

    private static final Failure DISTURBED = new Failure(Succession.DISTURBED, StepFailure.RUSTYRUN_FAILED);

    private StartReports() {}

    /**
     * The reason why the command did not start.
     *
     * @param exitCode 127, 126 or 125
     */
    public record Failure(String message, int exitCode) {}

    /**
     * Reads {@code reports}, and closes it.
     *
     * @param steps receives traced steps
     */
    public static Optional<Failure> read(Linux linux, OpenFile reports, StepLog steps) {
        ReportCodec.Decoder decoder = new ReportCodec.Decoder();
        Optional<Failure> failure = Optional.empty();
        byte[] buffer = new byte[4096];
        try (OpenFile file = reports) {
            int left = MAX_BYTES;
            for (int got = linux.read(file.descriptor(), buffer, buffer.length);
                    got > 0;
                    got = linux.read(file.descriptor(), buffer, buffer.length)) {
                left -= got;
                if (left < 0) {
                    return Optional.of(DISTURBED);
                }
                for (Report report : decoder.take(buffer, got, -1)) {
                    if (report instanceof Report.StepDone done) {
                        steps.done(done.stage().word(), done.micros(), done.step());
                    } else if (report instanceof Report.StepFailed failed) {
                        failure = Optional.of(new Failure(
                                failed.stage().word() + " failed to " + failed.step() + ": " + failed.reason(),
                                failed.exitCode()));
                    } else if (report instanceof Report.ExecuteFailed failed) {
                        failure = Optional.of(of(failed));
                    }
                }
            }
        } catch (ReportCodec.BrokenReport e) {
            // A process that may trace the waiting process can write anything to this file.
            return Optional.of(DISTURBED);
        }
        return failure;
    }

    private static Failure of(Report.ExecuteFailed failed) {
        StepFailure failure = Command.failure(
                failed.path(), failed.errno(), List.of(failed.limits().split("\0")));
        return new Failure(
                Stage.INIT.word() + " failed to execute " + failed.path() + ": " + failure.getMessage(),
                failure.exitCode());
    }
}
