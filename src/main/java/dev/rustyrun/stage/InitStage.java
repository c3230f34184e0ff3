package dev.rustyrun.stage;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Prctl;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.linux.SignalSet;
import dev.rustyrun.step.LaunchSignals;
import dev.rustyrun.step.Report;
import dev.rustyrun.step.Stage;
import dev.rustyrun.step.StepContext;
import dev.rustyrun.step.StepFailure;
import java.util.Optional;

/**
 * The third stage: PID 1 of the new PID namespace. It builds the container around itself, step by step, and executes
 * the command, or stays as its reaper. It dies with {@code child}.
 */
public final class InitStage {

    /** The name of this stage on the command line. */
    public static final String NAME = "init";

    private final Linux linux;
    private final Optional<SignalSet> ignored;

    public InitStage(Linux linux) {
        this(linux, Optional.empty());
    }

    private InitStage(Linux linux, Optional<SignalSet> ignored) {
        this.linux = linux;
        this.ignored = ignored;
    }

    /**
     * A copy of {@code child}.
     *
     * @param ignored the signals that both ignore
     */
    static InitStage copied(Linux linux, SignalSet ignored) {
        return new InitStage(linux, Optional.of(ignored));
    }

    /** Runs the stage; returns an exit code only after a failure. */
    public int perform() {
        linux.prctl(Prctl.PR_SET_DUMPABLE, 0);
        linux.clearEnvironment();
        LaunchSignals.block(linux);
        linux.prctl(Prctl.PR_SET_PDEATHSIG, Signal.SIGKILL.number());
        linux.closeOnExec(StageChannel.DESCRIPTOR);
        StageChannel channel = new StageChannel(linux);
        if (channel.isAbandoned()) {
            return StepFailure.RUSTYRUN_FAILED;
        }
        // A separate session has no access to the caller's terminal, and gets its ^C only once, through run.
        linux.startSession();
        linux.setUmask(0);
        channel.takePart().ifPresent(first -> perform(channel, first));
        return StepFailure.RUSTYRUN_FAILED;
    }

    /** Reports the root of the container, which is the current directory until the command gets its working directory. */
    private void reportPrepared(StageChannel channel) {
        try (OpenFile root = new OpenFile(linux, linux.open(".", FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            channel.send(new Report.Prepared(root.descriptor()));
        }
    }

    /** Ahead of a launch, init gets its steps in two parts, because only the first steps are known. */
    private void perform(StageChannel channel, StageChannel.Part first) {
        boolean traced = first.traced();
        StepContext context = new StepContext(linux, channel, traced);
        ignored.ifPresent(context::setIgnoredSignals);
        StepRunner runner = new StepRunner(Stage.INIT, channel, context);
        Optional<StageChannel.Part> part = Optional.of(first);
        while (part.isPresent()
                && runner.perform(part.get().steps(), traced)
                && !part.get().isLast()) {
            reportPrepared(channel);
            part = channel.takePart();
        }
    }
}
