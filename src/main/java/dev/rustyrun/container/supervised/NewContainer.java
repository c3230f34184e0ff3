package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;

/**
 * The description of a new container.
 *
 * @param rows the rows of its terminal, if it has one @param columns the columns of its terminal
 * @param openStdin whether its input stays open until it is closed explicitly
 * @param maxLog how many bytes of output to keep
 * @param autoRemove whether it is deleted at its end
 * @param launch the request, as it is shown
 * @param resolved the resolved launch, for its monitor
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

    /** A field of {@link #resolved} with the token of a layer that was made before the start. */
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
