package dev.rustyrun.http;

import dev.rustyrun.engine.LogView;
import dev.rustyrun.engine.service.ServedContainer;
import dev.rustyrun.engine.service.ServedContainers;
import dev.rustyrun.http.access.ReadRole;
import dev.rustyrun.spec.InvalidSpecException;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/**
 * {@code GET /v1/containers/{id}/logs}. A slow client reads from the log file: the container never waits for it, and no
 * output is kept in memory for it.
 */
@Path("/v1/containers/{id}/logs")
public class LogsResource {

    private final ServedContainers containers;
    private final Drain drain;
    private final Followers followers;

    LogsResource(ServedContainers containers, Drain drain, Followers followers) {
        this.containers = containers;
        this.drain = drain;
        this.followers = followers;
    }

    @ReadRole
    @GET
    @Blocking
    @Produces({MediaType.TEXT_PLAIN, MediaType.SERVER_SENT_EVENTS, Problem.MEDIA_TYPE})
    @Operation(
            summary = "Read a container's output: unchanged, or with Accept: text/event-stream as events with time and"
                    + " stream")
    public Response logs(
            @PathParam("id") String id,
            @Context RoutingContext context,
            @HeaderParam(HttpHeaders.ACCEPT) @DefaultValue("*/*") String accept,
            @Parameter(schema = @Schema(type = SchemaType.BOOLEAN)) @QueryParam("follow") String followText,
            @Parameter(schema = @Schema(type = SchemaType.INTEGER)) @QueryParam("tail") String tailText,
            @QueryParam("since") @DefaultValue("") String since) {
        ServedContainer container = containers.named(id);
        boolean follow = QueryParameters.flag("follow", followText);
        long tail = QueryParameters.whole("tail", tailText, -1, 0, Long.MAX_VALUE / 16);
        boolean events = accept.contains(MediaType.SERVER_SENT_EVENTS);
        LogView view = new LogView(follow, tail < 0 ? OptionalLong.empty() : OptionalLong.of(tail), micros(since));
        FollowedLog log = new FollowedLog(container.log(view), drain, events, followers.enter(Callers.nameOf(context)));
        return Response.ok(log, events ? MediaType.SERVER_SENT_EVENTS : MediaType.TEXT_PLAIN)
                .build();
    }

    private static long micros(String since) {
        try {
            return since.isEmpty() ? 0 : LogView.micros("since", since);
        } catch (InvalidSpecException e) {
            throw Problem.field("/since", e.getMessage()).exception();
        }
    }
}
