package dev.rustyrun.container;

import dev.rustyrun.spec.Bundle;
import dev.rustyrun.spec.CreateOptions;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.StepLog;
import java.io.PrintStream;
import java.util.Optional;

/** Creates and starts a container from a bundle, waits for its end and deletes it, as the separate commands do. */
public final class BundleRun {

    private final Creation creation;
    private final Start start;
    private final Deletion deletion;

    /**
     * @param warnings receives warnings
     * @param steps receives traced steps
     */
    public BundleRun(CommandTools tools, PrintStream warnings, StepLog steps) {
        this.creation = new Creation(tools, warnings);
        this.start = new Start(tools, steps);
        this.deletion = new Deletion(tools.linux(), tools.store(), warnings);
    }

    /**
     * Runs the container.
     *
     * @param detached whether to return once the container has started
     * @param kept whether the stopped container is kept after it has run
     * @param stage the stage, which waits for its plan
     */
    public Outcome run(
            String id, Bundle bundle, CreateOptions options, boolean detached, boolean kept, WaitingStage stage) {
        if (detached) {
            options.checkTerminal(bundle.spec().process());
        }
        stage.withoutReturns();
        Optional<Outcome> failure = creation.create(id, bundle, options, stage);
        if (failure.isPresent()) {
            return failure.get();
        }
        boolean stays = false;
        try {
            Optional<Outcome> notStarted = start.start(id);
            if (notStarted.isPresent()) {
                return notStarted.get();
            }
            stays = detached || kept;
            return detached
                    ? new Outcome(Outcome.Reason.EXITED, 0, 0, "", 0, 0, -1, "")
                    : stage.stage().await();
        } finally {
            if (!stays) {
                deletion.delete(id, true);
            }
        }
    }
}
