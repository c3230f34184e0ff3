package dev.rustyrun.cli.common;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.engine.EngineContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Prints the processes of a container. */
public final class ProcessesCommand {

    private static final List<Column> COLUMNS = List.of(
            Column.shown("UID", "UID", "uid"),
            Column.shown("PID", "PID", "pid"),
            Column.shown("PPID", "PPID", "parent"),
            Column.shown("State", "STATE", "state"),
            Column.shown("Command", "COMMAND", "command"));

    private ProcessesCommand() {}

    private static void print(EngineContext context, FormatOption format, String id) {
        format.check(COLUMNS);
        List<JsonNode> processes = new ArrayList<>();
        context.engine().processes(id).forEach(processes::add);
        context.print(format.isJson() ? pids(processes) + "\n" : format.text(COLUMNS, processes));
    }

    /** runc's format, which engines parse. */
    private static ArrayNode pids(List<JsonNode> processes) {
        ArrayNode pids = JsonNodeFactory.instance.arrayNode();
        processes.forEach(one -> pids.add(one.path("pid").asInt()));
        return pids;
    }

    /** {@code top}: prints the processes, as with docker. */
    @Command(
            name = "top",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = 125,
            description = "Print the processes of a container with their user ids inside the container.",
            footer = {
                "",
                "As JSON, only the process ids are printed.",
                "",
                "Example:",
                "  rustyrun top --format '{{.PID}} {{.Command}}' web"
            })
    public static final class Top implements EngineContext.Command {

        @Parameters(index = "0", paramLabel = "ID", arity = "1", description = "The container's id.")
        private String id;

        @Mixin
        private FormatOption format;

        @Override
        public int perform(EngineContext context) {
            print(context, format, id);
            return 0;
        }
    }

    /** {@code ps}: prints the processes, as with runc; without an id the containers, as with docker. */
    @Command(
            name = "ps",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
            description = {
                "Print the processes of a container with the process ids of its host.",
                "Without an id, print the containers, as list does."
            },
            footer = {
                "",
                "Options come before the id; what follows it goes to ps(1), on this machine only.",
                "As JSON, only the process ids are printed.",
                "",
                "Examples:",
                "  rustyrun ps --format '{{.ID}} {{.Status}}'",
                "  rustyrun ps web -e -o pid,args"
            })
    public static final class Ps implements EngineContext.Command {

        @Parameters(index = "0", paramLabel = "ID", arity = "0..1", description = "The container's id.")
        private Optional<String> id = Optional.empty();

        @Parameters(
                index = "1..*",
                paramLabel = "PS-OPTIONS",
                arity = "0..*",
                description = "Pass these options to ps(1) (default: -ef).")
        private List<String> options = List.of();

        @Mixin
        private ListOptions list;

        @Override
        public int perform(EngineContext context) {
            if (id.isEmpty()) {
                return list.print(context);
            }
            if (list.isQuiet()) {
                context.engine()
                        .processes(id.get())
                        .forEach(one -> context.print(one.path("pid").asText() + "\n"));
            } else if (list.format().isTable()) {
                context.print(context.engine().processTable(id.get(), options));
            } else {
                print(context, list.format(), id.get());
            }
            return 0;
        }
    }
}
