package dev.rustyrun.request;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The fields of an exec: a command in a running container, from the command line or over HTTP. */
public final class ExecRequest {

    @RequestField(
            json = "command",
            inJson = "The program and its arguments.",
            example = "[\"/bin/ps\"]",
            required = "must name a program")
    private List<String> command = List.of();

    @RequestField(
            json = "env",
            inJson =
                    "Environment variables in addition to the container's; the same name replaces the container's value.",
            example = "{\"A\": \"1\"}")
    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            converter = Variable.Converter.class,
            description = "Set an environment variable; without =VALUE, the caller's value; repeatable.")
    private List<Variable> env = List.of();

    @RequestField(json = "user", defaultText = "the container's", example = "\"1000\"")
    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description =
                    "Run as this user and group: names in the container, or numbers (default: the container's user).")
    private String user;

    @RequestField(json = "workdir", defaultText = "the container's", example = "\"/\"")
    @Option(
            names = {"-w", "--cwd", "--workdir"},
            paramLabel = "DIR",
            description = "Set the working directory (default: the container's).")
    private String workdir;

    @RequestField(
            json = "timeoutSeconds",
            inJson = "Kill the command and all its descendants after this time.",
            defaultText = "configured",
            example = "10")
    private BigDecimal timeout;

    /** The program and its arguments. */
    public List<String> command() {
        return command;
    }

    /** Sets the command. */
    public void command(List<String> words) {
        command = words;
    }

    /** Environment variables in addition to the container's. */
    public List<Variable> env() {
        return env;
    }

    /**
     * Gives the variables without a value the value that they have in this process.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when a variable has no name
     */
    public void resolveVariables() {
        env = Variables.ofThisProcess().add(env).list();
    }

    /** Sets TERM, unless it is set already. */
    public void terminalType(String type) {
        env = Variables.withType(env, type);
    }

    /** The user; empty for the container's user. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /** The working directory; empty for that of the container's command. */
    public Optional<String> workdir() {
        return Optional.ofNullable(workdir);
    }

    /** The timeout in seconds; empty if not specified. */
    public Optional<BigDecimal> timeoutSeconds() {
        return Optional.ofNullable(timeout);
    }

    /** The launch request of {@code container} with this command in place of its own. */
    public LaunchRequest in(LaunchRequest container) {
        List<Variable> all = new ArrayList<>(container.env());
        all.addAll(env);
        return container.with(
                command,
                all,
                workdir().or(container::workdir).orElse(null),
                user().or(container::user).orElse(null));
    }
}
