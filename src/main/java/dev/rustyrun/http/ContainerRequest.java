package dev.rustyrun.http;

import dev.rustyrun.linux.WindowSize;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * The body of {@code POST /v1/containers}.
 *
 * @param rows of its terminal
 * @param maxLog bytes of output to keep
 */
@Schema(name = "Container", description = "All fields of Launch, and these.")
public record ContainerRequest(
        @Schema(hidden = true) LaunchRequest launch,

        @Schema(description = "Free-form, to be found again by.")
        Map<String, String> labels,

        @Schema(description = "Give it a terminal.") boolean tty,

        @Schema(examples = "24", description = "The terminal's height in characters.")
        int rows,

        @Schema(examples = "80", description = "The terminal's width in characters.")
        int columns,

        @Schema(description = "Keep its input open for attach.")
        boolean openStdin,

        @Schema(description = "Start it at once.") boolean start,

        @Schema(implementation = String.class, examples = "1m", description = "The most output to keep.")
        int maxLog) {

    /**
     * Reads {@code body}.
     *
     * @throws ProblemException for the first thing that is wrong
     */
    static ContainerRequest read(byte[] body, Limits limits) {
        JsonRequest json = JsonRequest.parse(body);
        WindowSize size = json.windowSize();
        ContainerRequest request = new ContainerRequest(
                LaunchRequest.read(json),
                json.map("labels"),
                json.flag("tty"),
                size.rows(),
                size.columns(),
                json.flag("openStdin"),
                json.flag("start"),
                limits.output(json, "maxLog"));
        json.end();
        return request;
    }
}
