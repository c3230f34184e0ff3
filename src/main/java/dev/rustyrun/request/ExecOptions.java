package dev.rustyrun.request;

import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The options of a further command in a container, here or at a service. */
public final class ExecOptions {

    @Option(
            names = {"-i", "--interactive", "--stdin"},
            description = "Send it stdin; on this machine it always gets that.")
    private boolean interactive;

    @Option(
            names = {"-t", "--tty"},
            description = "Give it a terminal.")
    private boolean tty;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            description = "An environment variable; without =VALUE, the caller's value; repeatable.")
    private List<String> env = List.of();

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description = "User and group: names in the container, or numbers (default: the container's user).")
    private Optional<String> user = Optional.empty();

    @Option(
            names = {"-w", "--cwd", "--workdir"},
            paramLabel = "DIR",
            description = "Its working directory (default: the container's).")
    private Optional<String> workdir = Optional.empty();

    /** Whether it gets the caller's input. */
    public boolean isInteractive() {
        return interactive;
    }

    /** Whether it gets a terminal. */
    public boolean hasTerminal() {
        return tty;
    }

    /**
     * What it has in its environment besides the container's.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when a variable has no name
     */
    public Variables variables() {
        return Variables.ofThisProcess().add(env);
    }

    /** Who runs it, if not the container's user. */
    public Optional<String> user() {
        return user;
    }

    /** Where it runs, if not where the container's command was started. */
    public Optional<String> workdir() {
        return workdir;
    }
}
