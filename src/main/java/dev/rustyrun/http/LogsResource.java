package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.http.access.ReadRole;
import dev.rustyrun.linux.Linux;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/**
 * {@code GET /v1/containers/{id}/logs}. Whoever reads slowly reads from a file: the container never waits for him, and
 * nothing is kept for him in memory.
 */
@Path("/v1/containers/{id}/logs")
public class LogsResource {

    private static final long LOOK_MILLIS = 20;

    private final Linux linux;
    private final Containers containers;
    private final Drain drain;

    LogsResource(Linux linux, Containers containers, Drain drain) {
        this.linux = linux;
        this.containers = containers;
        this.drain = drain;
    }

    @ReadRole
    @GET
    @Blocking
    @Produces({MediaType.TEXT_PLAIN, MediaType.SERVER_SENT_EVENTS, Problem.MEDIA_TYPE})
    @Operation(
            summary = "Read what a container wrote: as it is, or with Accept: text/event-stream as events with time and"
                    + " stream")
    public Response logs(
            @PathParam("id") String id,
            @HeaderParam(HttpHeaders.ACCEPT) @DefaultValue("*/*") String accept,
            @Parameter(schema = @Schema(type = SchemaType.BOOLEAN)) @QueryParam("follow") String followText,
            @Parameter(schema = @Schema(type = SchemaType.INTEGER)) @QueryParam("tail") String tailText,
            @QueryParam("since") @DefaultValue("") String since) {
        ContainerFolder folder = containers.named(id);
        boolean follow = QueryParameters.flag("follow", followText);
        long tail = QueryParameters.whole("tail", tailText, -1, 0, Long.MAX_VALUE / 16);
        boolean events = accept.contains(MediaType.SERVER_SENT_EVENTS);
        long sinceMicros = micros(since);
        StreamingOutput output = out -> write(folder, out, new View(events, follow, tail, sinceMicros));
        return Response.ok(output, events ? MediaType.SERVER_SENT_EVENTS : MediaType.TEXT_PLAIN)
                .build();
    }

    private record View(boolean events, boolean follow, long tail, long sinceMicros) {}

    private static long micros(String since) {
        try {
            if (since.isEmpty()) {
                return 0;
            }
            Instant instant =
                    since.matches("[0-9]{1,11}") ? Instant.ofEpochSecond(Long.parseLong(since)) : Instant.parse(since);
            return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
        } catch (DateTimeException e) {
            throw Problem.field("/since", "since must be a time such as 2026-01-31T12:00:00Z, or seconds since 1970")
                    .exception();
        }
    }

    private void write(ContainerFolder folder, OutputStream out, View view) throws IOException {
        try (LogReader reader = new LogReader(folder.log())) {
            reader.seek(view.tail, view.sinceMicros);
            while (true) {
                // Asked before reading: what was written before the end is then read for certain.
                boolean last =
                        !view.follow || !ContainerStatus.of(linux, folder).isAlive();
                boolean some = false;
                for (Optional<LogReader.Frame> frame = reader.next(); frame.isPresent(); frame = reader.next()) {
                    out.write(view.events ? event(frame.get()) : frame.get().bytes());
                    some = true;
                }
                if (last) {
                    out.write(view.events ? "event: end\ndata: {}\n\n".getBytes(StandardCharsets.UTF_8) : new byte[0]);
                    return;
                }
                if (drain.isOver()) {
                    return;
                }
                if (some) {
                    out.flush();
                }
                Thread.sleep(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static byte[] event(LogReader.Frame frame) {
        ObjectNode json = ContainerFolder.object()
                .put(
                        "time",
                        Instant.ofEpochSecond(frame.micros() / 1_000_000, frame.micros() % 1_000_000 * 1000)
                                .toString());
        String kind =
                switch (frame.stream()) {
                    case LogWriter.STDOUT -> "stdout";
                    case LogWriter.STDERR -> "stderr";
                    default -> "truncated";
                };
        if (frame.bytes().length > 0) {
            json.put("base64", Base64.getEncoder().encodeToString(frame.bytes()));
        }
        return ("event: " + kind + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
