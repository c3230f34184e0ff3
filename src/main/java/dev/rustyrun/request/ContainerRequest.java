package dev.rustyrun.request;

import dev.rustyrun.spec.ByteSize;
import dev.rustyrun.spec.Spec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The fields of a launch, besides those of {@link LaunchRequest}, for a container that runs in the background. */
public final class ContainerRequest extends TerminalRequest {

    @RequestField(
            json = "labels",
            inJson = "Labels to find the container by, as an object.",
            example = "{\"job\": \"17\"}",
            heading = FamiliarOptions.HEADING)
    @InBundle(field = "annotations")
    @Option(
            names = {"-l", "--label"},
            paramLabel = "NAME[=VALUE]",
            converter = Variable.Converter.class,
            description = "Add a label; list --label finds containers by it; repeatable.")
    private List<Variable> labels = List.of();

    @RequestField(json = "tty", inJson = "Give the command a terminal.", defaultText = "false")
    @InBundle(field = "process.terminal")
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
            defaultText = "false",
            heading = FamiliarOptions.HEADING)
    @InBundle(works = true)
    @Option(
            names = {"-i", "--interactive"},
            description = "Let the command read standard input; this is the default.")
    private boolean openStdin;

    @RequestField(json = "start", inJson = "Start the container at once.", defaultText = "false")
    private boolean start;

    @RequestField(
            json = "maxLog",
            kind = RequestField.Kind.SIZE,
            defaultText = "configured",
            example = "\"1m\"",
            heading = "Limits",
            local = false)
    @Option(names = "--max-log", paramLabel = "SIZE", description = "Limit the output that the server keeps.")
    private String maxLog;

    /**
     * Label values by name.
     *
     * @throws FieldException when a label has no name, or a name that is reserved for Rustyrun
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

    /** Whether the command gets a terminal; empty if not specified. */
    public Optional<Boolean> terminal() {
        return Optional.ofNullable(tty);
    }

    /** Whether the command's input stays open. */
    public boolean isInteractive() {
        return openStdin;
    }

    /** Whether the container is started at once. */
    public boolean starts() {
        return start;
    }

    /** Bytes of output to keep; empty if not specified. */
    public Optional<Long> maxLog() {
        return Optional.ofNullable(maxLog).map(text -> ByteSize.ofOption("--max-log", text));
    }

    /** Sets how the container is started. */
    public void begin(boolean terminal, boolean keepsInput, boolean startsAtOnce) {
        tty = terminal;
        openStdin = keepsInput;
        start = startsAtOnce;
    }
}
