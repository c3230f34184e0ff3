package dev.rustyrun.request;

import picocli.CommandLine.Option;

/** The fields of an exec, besides those of {@link ExecRequest}, when the caller is attached to its input and output. */
public final class ExecTerminal extends TerminalRequest {

    @RequestField(json = "tty", defaultText = "false")
    @Option(
            names = {"-t", "--tty"},
            description = "Give the command a terminal.")
    private boolean tty;

    /** Whether the command gets a terminal. */
    public boolean isGiven() {
        return tty;
    }
}
