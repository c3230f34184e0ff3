package dev.rustyrun.container;

import dev.rustyrun.launch.Outcome;
import dev.rustyrun.launch.RunStage;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.launch.StartReports;
import dev.rustyrun.linux.Linux;
import java.io.PrintStream;
import java.util.Optional;

/** Creates and starts a container from a bundle, waits for its end and deletes it, as separate commands would. */
public final class BundleRun {

    private final Creation creation;
    private final Start start;
    private final Deletion deletion;

    /** @param messages where warnings go */
    public BundleRun(Linux linux, SelfExec self, ContainerStore store, PrintStream messages) {
        this.creation = new Creation(linux, self, store, messages);
        this.start = new Start(linux, store, messages);
        this.deletion = new Deletion(linux, store, messages);
    }

    /**
     * Runs it.
     *
     * @param detached whether to come back once it has started
     * @param stage the started stages, which wait for their plan
     */
    public Outcome run(String id, Bundle bundle, CreateOptions options, boolean detached, RunStage stage) {
        if (detached) {
            options.checkTerminal(bundle.spec().process());
        }
        Optional<Outcome> failure = creation.create(id, bundle, options, stage);
        if (failure.isPresent()) {
            return failure.get();
        }
        boolean running = false;
        try {
            Optional<StartReports.Failure> notStarted = start.start(id);
            if (notStarted.isPresent()) {
                return new Outcome(Outcome.Reason.SETUP_FAILED, notStarted.get().exitCode(), 0,
                        notStarted.get().message(), 0, 0, -1, "");
            }
            running = detached;
            return detached ? new Outcome(Outcome.Reason.EXITED, 0, 0, "", 0, 0, -1, "") : stage.await();
        } finally {
            if (!running) {
                deletion.delete(id, true);
            }
        }
    }
}
