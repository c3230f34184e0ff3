package dev.rustyrun.client;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** What {@code pause} and {@code resume} have in common. */
abstract class FreezeCommand implements Client.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    /** The last word of the address to post to. */
    abstract String order();

    @Override
    public int perform(Client client) {
        client.server().post(Client.path(id) + "/" + order());
        return 0;
    }

    /** {@code pause}: freezes a container of a server. */
    @Command(
            name = "pause",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Freezes all processes of a container.")
    static final class Pause extends FreezeCommand {
        @Override
        String order() {
            return "pause";
        }
    }

    /** {@code resume}: lets it go on. */
    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Lets the processes of a container go on.")
    static final class Resume extends FreezeCommand {
        @Override
        String order() {
            return "resume";
        }
    }
}
