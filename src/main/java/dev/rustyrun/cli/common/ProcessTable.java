package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Prints the processes of a container. */
public abstract class ProcessTable implements EngineContext.Command {

    private static final List<String> HEADINGS = List.of("UID", "PID", "PPID", "STATE", "COMMAND");

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "A table, or only the process ids as JSON (default: ${DEFAULT-VALUE}).")
    private String format;

    @Override
    public int perform(EngineContext context) {
        if (!format.matches("table|json")) {
            throw new InvalidSpecException("--format \"" + format + "\" is neither table nor json");
        }
        List<List<String>> lines = new ArrayList<>(List.of(HEADINGS));
        List<String> ids = new ArrayList<>();
        for (JsonNode one : context.engine().processes(id)) {
            ids.add(one.path("pid").asText());
            lines.add(List.of(
                    one.path("uid").asText(),
                    one.path("pid").asText(),
                    one.path("parent").asText(),
                    one.path("state").asText(),
                    one.path("command").asText().replaceAll("\\p{Cntrl}", "?")));
        }
        context.print(format.equals("json") ? "[" + String.join(",", ids) + "]\n" : Table.of(lines));
        return 0;
    }

    /** {@code top}: docker's word for it. */
    @Command(
            name = "top",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Prints the processes of a container, with their user ids inside the container.")
    public static final class Top extends ProcessTable {}
}
