package dev.rustyrun.request;

import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.Spec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What a launch can say, besides a {@link LaunchRequest}, when it makes a container that nobody waits for. */
public final class ContainerRequest extends TerminalRequest {

    @RequestField(
            json = "labels",
            inJson = "Labels to find the container by, as an object.",
            example = "{\"job\": \"17\"}",
            heading = CommandOptions.HEADING)
    @Option(
            names = {"-l", "--label"},
            paramLabel = "NAME[=VALUE]",
            converter = Variable.Converter.class,
            description = "Add a label; list --label finds containers by it; repeatable.")
    private List<Variable> labels = List.of();

    @RequestField(json = "tty", inJson = "Give the command a terminal.", unsaid = "false")
    @Option(
            names = {"-t", "--tty"},
            negatable = true,
            defaultValue = Option.NULL_VALUE,
            fallbackValue = "true",
            description = "Give the command a terminal, or not (default: if stdin is a terminal).")
    private Boolean tty;

    @RequestField(
            json = "openStdin",
            inJson = "Keep the command's input open for attach.",
            unsaid = "false",
            heading = CommandOptions.HEADING)
    @Option(
            names = {"-i", "--interactive"},
            description = "Let the command read standard input; this is the default.")
    private boolean openStdin;

    @RequestField(json = "start", inJson = "Start the container at once.", unsaid = "false")
    private boolean start;

    @RequestField(
            json = "maxLog",
            kind = RequestField.Kind.SIZE,
            unsaid = "configured",
            example = "\"1m\"",
            heading = "Limits",
            local = false)
    @Option(names = "--max-log", paramLabel = "SIZE", description = "Limit the output that the server keeps.")
    private String maxLog;

    /**
     * The labels' values by their names.
     *
     * @throws FieldException when one has no name, or one that is Rustyrun's own
     */
    public Map<String, String> labels() {
        Map<String, String> all = new LinkedHashMap<>();
        for (Variable label : labels) {
            if (label.name().isEmpty() || label.name().startsWith(Spec.OWN_ANNOTATIONS)) {
                throw FieldException.of(
                        "--label",
                        "labels",
                        "\"" + label.word() + "\" is not NAME=VALUE, with a NAME that does not begin with "
                                + Spec.OWN_ANNOTATIONS);
            }
            all.put(label.name(), label.value().orElse(""));
        }
        return all;
    }

    /** Whether the command gets a terminal, if that was said. */
    public Optional<Boolean> terminal() {
        return Optional.ofNullable(tty);
    }

    /** Whether its input stays open. */
    public boolean isInteractive() {
        return openStdin;
    }

    /** Whether it is started at once. */
    public boolean starts() {
        return start;
    }

    /** Bytes of output to keep, if that was said. */
    public Optional<Long> maxLog() {
        return Optional.ofNullable(maxLog).map(text -> ByteSize.ofOption("--max-log", text));
    }

    /** Says how it is begun. */
    public void begin(boolean terminal, boolean keepsInput, boolean startsAtOnce) {
        tty = terminal;
        openStdin = keepsInput;
        start = startsAtOnce;
    }
}
