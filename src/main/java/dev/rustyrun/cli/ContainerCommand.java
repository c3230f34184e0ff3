package dev.rustyrun.cli;

import java.util.List;

/** A command about containers. */
interface ContainerCommand {

    /**
     * Performs it.
     *
     * @return what to exit with
     * @throws dev.rustyrun.spec.InvalidSpecException when something asked for cannot be
     */
    int perform(CommandContext context);

    /**
     * The exit status when it threw.
     *
     * @param usual of this command
     */
    default int failed(CommandContext context, int usual) {
        return usual;
    }

    /**
     * The exit status when its words cannot be read.
     *
     * @param words of the whole command line
     * @param usual of this command
     */
    default int misused(List<String> words, int usual) {
        return usual;
    }

    /** Whether it starts a stage, which may then be started before its words are read: see {@link Launching}. */
    default boolean launches() {
        return false;
    }
}
