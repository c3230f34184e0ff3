package dev.rustyrun.cli.remote;

import dev.rustyrun.cli.common.ProcessTable;
import picocli.CommandLine.Command;

/** {@code ps}: prints the processes of a container of a server. */
@Command(
        name = "ps",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints the processes of a container, as the server's machine numbers them.")
final class ProcessesCommand extends ProcessTable {}
