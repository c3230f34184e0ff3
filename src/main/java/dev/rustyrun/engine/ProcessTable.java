package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The processes of a container as a table. */
public final class ProcessTable {

    private static final List<String> HEADINGS = List.of("UID", "PID", "PPID", "STATE", "COMMAND");

    private ProcessTable() {}

    /** A table of {@code processes}, in the format of {@link Engine#processes}. */
    public static String of(JsonNode processes) {
        List<List<String>> lines = new ArrayList<>(List.of(HEADINGS));
        for (JsonNode one : processes) {
            lines.add(List.of(
                    one.path("uid").asText(),
                    one.path("pid").asText(),
                    one.path("parent").asText(),
                    one.path("state").asText(),
                    one.path("command").asText().replaceAll("\\p{Cntrl}", "?")));
        }
        return Table.of(lines);
    }
}
