package dev.rustyrun.cli;

import dev.rustyrun.engine.CommandContext;
import java.util.List;

/** A command that works on local containers. */
interface ContainerCommand {

    /**
     * Runs the command.
     *
     * @return the exit status
     * @throws dev.rustyrun.spec.InvalidSpecException when the request cannot be fulfilled
     */
    int perform(CommandContext context);

    /**
     * The exit status after an exception.
     *
     * @param usual the command's default
     */
    default int failed(CommandContext context, int usual) {
        return usual;
    }

    /**
     * The exit status for invalid arguments.
     *
     * @param words the whole command line
     * @param usual the command's default
     */
    default int misused(List<String> words, int usual) {
        return usual;
    }

    /** Whether the command starts a stage, which may happen before its options are parsed: see {@link Launching}. */
    default boolean launches() {
        return false;
    }
}
