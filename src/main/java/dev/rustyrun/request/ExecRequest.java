package dev.rustyrun.request;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a further command in a container can say, whichever door it comes through. */
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

    @RequestField(json = "user", unsaid = "the container's", example = "\"1000\"")
    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description =
                    "Run as this user and group: names in the container, or numbers (default: the container's user).")
    private String user;

    @RequestField(json = "workdir", unsaid = "the container's", example = "\"/\"")
    @Option(
            names = {"-w", "--cwd", "--workdir"},
            paramLabel = "DIR",
            description = "Set the working directory (default: the container's).")
    private String workdir;

    @RequestField(
            json = "timeoutSeconds",
            inJson = "Kill the command and all its descendants after this time.",
            unsaid = "configured",
            example = "10")
    private BigDecimal timeout;

    /** The program and its arguments. */
    public List<String> command() {
        return command;
    }

    /** Has it run these words. */
    public void command(List<String> words) {
        command = words;
    }

    /** Its environment variables besides the container's. */
    public List<Variable> env() {
        return env;
    }

    /**
     * Gives the variables the values that they have here, as a command line means it.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when one has no name
     */
    public void resolveVariables() {
        env = Variables.ofThisProcess().add(env).list();
    }

    /** Has the command know the terminal's type, unless it was said. */
    public void terminalType(String type) {
        env = Variables.withType(env, type);
    }

    /** Who runs it, if not the container's user. */
    public Optional<String> user() {
        return Optional.ofNullable(user);
    }

    /** Where it runs, if not where the container's command was started. */
    public Optional<String> workdir() {
        return Optional.ofNullable(workdir);
    }

    /** The time allowed in seconds, if that was said. */
    public Optional<BigDecimal> timeoutSeconds() {
        return Optional.ofNullable(timeout);
    }

    /** The launch of {@code container} with this command as its own. */
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
