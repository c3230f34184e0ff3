package dev.rustyrun.cli.common;

import dev.rustyrun.engine.Engine;
import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The common part of {@code pause} and {@code resume}. */
public abstract class FreezeCommand implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    /** Pauses or resumes the container {@code id}. */
    abstract void order(Engine engine, String id);

    @Override
    public int perform(EngineContext context) {
        order(context.engine(), id);
        return 0;
    }

    /** {@code pause}: freezes a container. */
    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
            description = "Freeze all processes of a container.")
    public static final class Pause extends FreezeCommand {
        @Override
        void order(Engine engine, String id) {
            engine.pause(id);
        }
    }

    /** {@code resume}: resumes a paused container. */
    @Command(
            name = "resume",
            aliases = "unpause",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
            description = "Resume all processes of a paused container.")
    public static final class Resume extends FreezeCommand {
        @Override
        void order(Engine engine, String id) {
            engine.resume(id);
        }
    }
}
