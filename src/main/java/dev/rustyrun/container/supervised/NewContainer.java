package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;

/**
 * A container that is to be made.
 *
 * @param rows of its terminal, if it has one
 * @param openStdin whether its input stays open until it is closed explicitly
 * @param maxLog bytes of output to keep
 * @param autoRemove whether it is forgotten at its end
 * @param launch what was asked for, as it is shown
 * @param resolved what it is launched with: its monitor reads that
 */
public record NewContainer(
        Map<String, String> labels,
        boolean terminal,
        int rows,
        int columns,
        boolean openStdin,
        int maxLog,
        boolean autoRemove,
        ObjectNode launch,
        ObjectNode resolved) {

    /** A field of what it is launched with: it waits for a start, with a layer over its image that knows this word. */
    public static final String WAITS = "waits";

    ObjectNode describe(String id, String store) {
        ObjectNode json = ContainerFolder.object()
                .put("id", id)
                .put("created", Instant.now().toString())
                .put("tty", terminal)
                .put("rows", rows)
                .put("columns", columns)
                .put("openStdin", openStdin)
                .put("maxLog", maxLog)
                .put("store", store);
        if (autoRemove) {
            json.put("autoRemove", true);
        }
        ObjectNode kept = json.putObject("labels");
        labels.forEach(kept::put);
        json.set("launch", launch);
        json.set("resolved", resolved);
        return json;
    }
}
