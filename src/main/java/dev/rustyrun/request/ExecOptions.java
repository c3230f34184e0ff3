package dev.rustyrun.request;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a further command in a container, here or at a service. */
public final class ExecOptions {

    /** Over its options in the help. */
    public static final String HEADING = "The command";

    @Option(
            names = {"-i", "--interactive", "--stdin"},
            description = "Send stdin to the command; local containers always get it.")
    private boolean interactive;

    @Mixin
    private ExecTerminal terminal;

    @Mixin
    private ExecRequest request;

    /** Whether it gets the caller's input. */
    public boolean isInteractive() {
        return interactive;
    }

    /** The terminal that was asked for. */
    public ExecTerminal terminal() {
        return terminal;
    }

    /** What was asked for. */
    public ExecRequest request() {
        return request;
    }
}
