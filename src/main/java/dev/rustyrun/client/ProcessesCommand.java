package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ps}: prints the processes of a container of a server. */
@Command(
        name = "ps",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Prints the processes of a container, as the server's machine numbers them.")
final class ProcessesCommand implements Client.Command {

    private static final List<String> HEADINGS = List.of("UID", "PID", "PPID", "STATE", "COMMAND");

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Option(
            names = {"-f", "--format"},
            paramLabel = "table|json",
            defaultValue = "table",
            description = "A table, or only their ids in JSON (default: ${DEFAULT-VALUE}).")
    private String format;

    @Override
    public int perform(Client client) {
        if (!format.matches("table|json")) {
            throw new ClientException("--format \"" + format + "\" is neither table nor json");
        }
        JsonNode items = client.server().get(Client.path(id) + "/processes").path("items");
        List<List<String>> lines = new ArrayList<>(List.of(HEADINGS));
        List<String> ids = new ArrayList<>();
        for (JsonNode one : items) {
            ids.add(one.path("pid").asText());
            lines.add(List.of(
                    one.path("uid").asText(),
                    one.path("pid").asText(),
                    one.path("parent").asText(),
                    one.path("state").asText(),
                    one.path("command").asText().replaceAll("\\p{Cntrl}", "?")));
        }
        client.print(format.equals("json") ? "[" + String.join(",", ids) + "]\n" : Table.of(lines));
        return 0;
    }
}
