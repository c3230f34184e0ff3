package dev.rustyrun.request;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code exec}, local and remote. */
public final class ExecOptions {

    /** The heading of these options in the help. */
    public static final String HEADING = "The command";

    @Option(
            names = {"-i", "--interactive", "--stdin"},
            description = "Send stdin to the command; local containers always get it.")
    private boolean interactive;

    @Mixin
    private ExecTerminal terminal;

    @Mixin
    private ExecRequest request;

    /** Whether the command gets the caller's input. */
    public boolean isInteractive() {
        return interactive;
    }

    /** The requested terminal. */
    public ExecTerminal terminal() {
        return terminal;
    }

    /** The requested command. */
    public ExecRequest request() {
        return request;
    }
}
