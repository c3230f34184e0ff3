package dev.rustyrun.request;

import picocli.CommandLine.Option;

/** What a further command can say, besides an {@link ExecRequest}, when the caller is at its input and output. */
public final class ExecTerminal extends TerminalRequest {

    @RequestField(json = "tty", unsaid = "false")
    @Option(
            names = {"-t", "--tty"},
            description = "Give the command a terminal.")
    private boolean tty;

    /** Whether it gets a terminal. */
    public boolean isGiven() {
        return tty;
    }
}
