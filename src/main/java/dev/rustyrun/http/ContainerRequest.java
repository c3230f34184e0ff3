package dev.rustyrun.http;

import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The body of {@code POST /v1/containers}.
 *
 * @param rows of its terminal
 * @param maxLog bytes of output to keep
 */
@Schema(name = "Container", description = "All fields of Launch, and these.")
public record ContainerRequest(@Schema(hidden = true) LaunchRequest launch,
        @Schema(description = "Free-form, to be found again by.") Map<String, String> labels,
        @Schema(description = "Give it a terminal.") boolean tty,
        @Schema(examples = "24", description = "The terminal's height in characters.") int rows,
        @Schema(examples = "80", description = "The terminal's width in characters.") int columns,
        @Schema(description = "Keep its input open for attach.") boolean openStdin,
        @Schema(description = "Start it at once.") boolean start,
        @Schema(implementation = String.class, examples = "1m", description = "The most output to keep.") int maxLog) {

    /**
     * Reads {@code body}.
     *
     * @throws ProblemException for the first thing that is wrong
     */
    static ContainerRequest read(byte[] body, Limits limits) {
        JsonRequest json = JsonRequest.parse(body);
        ContainerRequest request = new ContainerRequest(LaunchRequest.read(json), json.map("labels"), json.flag("tty"),
                extent(json, "rows", 24), extent(json, "columns", 80), json.flag("openStdin"), json.flag("start"), limits.output(json, "maxLog"));
        json.end();
        return request;
    }

    private static int extent(JsonRequest json, String field, int usual) {
        long value = json.whole(field).orElse((long) usual);
        if (value < 1 || value > 9999) {
            throw json.wrong(field, "must be from 1 to 9999");
        }
        return (int) value;
    }
}
