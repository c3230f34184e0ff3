package dev.rustyrun.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.cli.common.Table;
import dev.rustyrun.client.ClientException;
import dev.rustyrun.client.RemoteEngine;
import dev.rustyrun.client.Server;
import dev.rustyrun.engine.EngineContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code list}: prints the containers of a server. */
@Command(
        name = "list",
        aliases = "ls",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints the containers of a server, oldest first.")
final class ListRemotely implements RemoteCommand {

    private static final List<String> HEADINGS = List.of("ID", "STATUS", "ROOTFS", "CREATED", "COMMAND");

    @Option(
            names = {"-f", "--format"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "The form (default: ${DEFAULT-VALUE}).")
    private String format;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print only their ids.")
    private boolean quiet;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            description = "Only those that are created, running, paused or exited.")
    private Optional<String> status = Optional.empty();

    @Option(names = "--label", paramLabel = "NAME[=VALUE]", description = "Only those with this label; repeatable.")
    private List<String> labels = List.of();

    @Override
    public int perform(EngineContext context, Server server) {
        if (!format.matches("table|json")) {
            throw new ClientException("--format \"" + format + "\" is neither table nor json");
        }
        ArrayNode all = all(server);
        StringBuilder text = new StringBuilder();
        if (quiet) {
            all.forEach(one -> text.append(one.path("id").asText()).append('\n'));
        } else {
            text.append(format.equals("json") ? all + "\n" : table(all));
        }
        context.print(text.toString());
        return 0;
    }

    private ArrayNode all(Server server) {
        StringBuilder filter = new StringBuilder();
        status.ifPresent(word -> filter.append("&status=").append(RemoteEngine.encoded(word)));
        labels.forEach(label -> filter.append("&label=").append(RemoteEngine.encoded(label)));
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        // The address of the next page says where it begins, and not what is looked for.
        for (String next = RemoteEngine.CONTAINERS + "?limit=1000"; !next.isEmpty(); ) {
            JsonNode page = server.get(next + filter);
            page.path("items").forEach(all::add);
            next = page.path("next").asText("");
        }
        return all;
    }

    private static String table(ArrayNode all) {
        List<List<String>> lines = new ArrayList<>(List.of(HEADINGS));
        for (JsonNode one : all) {
            StringBuilder command = new StringBuilder();
            one.path("launch")
                    .path("command")
                    .forEach(word -> command.append(command.isEmpty() ? "" : " ")
                            .append(word.asText().replaceAll("\\p{Cntrl}", "?")));
            lines.add(List.of(
                    one.path("id").asText(),
                    one.path("status").asText(),
                    one.path("launch").path("rootfs").asText(),
                    one.path("created").asText(),
                    command.toString()));
        }
        return Table.of(lines);
    }
}
