package dev.rustyrun.engine;

import dev.rustyrun.container.Launch;
import dev.rustyrun.container.WaitingStage;
import dev.rustyrun.spec.MessageLine;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;

/** A launch that the command waits for. */
public final class ForegroundLaunch {

    private final CommandContext context;
    private final Launch launch;

    ForegroundLaunch(CommandContext context, Spec spec) {
        this.context = context;
        this.launch = new Launch(context.tools(), spec);
    }

    /**
     * Explains the launch without doing it: each step on a line.
     *
     * @param id the container's id; empty for a new one
     * @param reasons whether to say why each step exists
     */
    public String explain(String id, boolean reasons) {
        return launch.explain(id, reasons);
    }

    /**
     * Runs the container to its end.
     *
     * @param id its id; empty for a new one
     * @param kept whether the container is kept after its end
     * @param traced whether each step is printed
     * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
     * @throws dev.rustyrun.spec.InvalidSpecException when this process cannot launch
     */
    public Outcome run(String id, boolean kept, boolean traced, long timeoutMillis) {
        WaitingStage stage = context.stage("run");
        launch.warning().ifPresent(warning -> context.log().warnings().println(MessageLine.warning(warning)));
        return (kept ? launch.keeping() : launch)
                .run(id, stage, traced || context.log().isDebugging(), timeoutMillis);
    }
}
