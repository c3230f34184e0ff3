package dev.rustyrun.cli;

/** A command about containers. */
interface ContainerCommand {

    /**
     * Performs it.
     *
     * @return what to exit with
     * @throws dev.rustyrun.spec.InvalidSpecException when something asked for cannot be
     */
    int perform(CommandContext context);
}
