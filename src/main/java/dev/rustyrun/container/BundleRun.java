package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.stage.RunStage;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StartReports;
import dev.rustyrun.stage.StepLog;
import java.io.PrintStream;
import java.util.Optional;

/** Creates and starts a container from a bundle, waits for its end and deletes it, as the separate commands do. */
public final class BundleRun {

    private final Creation creation;
    private final Start start;
    private final Deletion deletion;

    /**
     * @param messages where warnings go
     * @param steps where traced steps go
     */
    public BundleRun(Linux linux, SelfExec self, ContainerStore store, PrintStream messages, StepLog steps) {
        this.creation = new Creation(linux, self, store, messages);
        this.start = new Start(linux, store, steps);
        this.deletion = new Deletion(linux, store, messages);
    }

    /**
     * Runs the container.
     *
     * @param detached whether to return once the container has started
     * @param kept whether the stopped container is kept after it has run
     * @param stage the started stages, which wait for their plan
     */
    public Outcome run(
            String id, Bundle bundle, CreateOptions options, boolean detached, boolean kept, RunStage stage) {
        if (detached) {
            options.checkTerminal(bundle.spec().process());
        }
        Optional<Outcome> failure = creation.create(id, bundle, options, stage.withoutReturns());
        if (failure.isPresent()) {
            return failure.get();
        }
        boolean stays = false;
        try {
            Optional<StartReports.Failure> notStarted = start.start(id);
            if (notStarted.isPresent()) {
                return new Outcome(
                        Outcome.Reason.SETUP_FAILED,
                        notStarted.get().exitCode(),
                        0,
                        notStarted.get().message(),
                        0,
                        0,
                        -1,
                        "");
            }
            stays = detached || kept;
            return detached ? new Outcome(Outcome.Reason.EXITED, 0, 0, "", 0, 0, -1, "") : stage.await();
        } finally {
            if (!stays) {
                deletion.delete(id, true);
            }
        }
    }
}
