package dev.rustyrun.cli.common;

import dev.rustyrun.engine.AttachedContainer;
import dev.rustyrun.engine.Attachment;
import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code attach}: connects to a running container. */
@Command(
        name = "attach",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = {
            "Attach to a running container: show its output, send it input and signals, exit with its status.",
            "SIGHUP and SIGTERM end only attach, not the container."
        })
public final class AttachCommand implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Override
    public int perform(EngineContext context) {
        context.takeSignals();
        boolean terminal = context.engine().container(id).path("tty").asBoolean();
        return context.end(
                new Attachment(context, new AttachedContainer(context.engine(), id, false), terminal, true).relay());
    }
}
