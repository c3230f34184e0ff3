package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.ImageRow;
import dev.rustyrun.engine.Pulling;
import dev.rustyrun.engine.ServedImages;
import dev.rustyrun.engine.service.Caller;
import dev.rustyrun.engine.service.LaunchQueue;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.access.ReadRole;
import dev.rustyrun.request.PullRequest;
import dev.rustyrun.request.RequestJson;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /v1/images}: the images that requests may name. */
@Path("/v1/images")
@Blocking
public class ImagesResource {

    private static final String ONE = "{name: .+}";

    private final ServedImages images;
    private final LaunchQueue slots;
    private final Followers followers;

    ImagesResource(ServedImages images, LaunchQueue slots, Followers followers) {
        this.images = images;
        this.slots = slots;
        this.followers = followers;
    }

    @ReadRole
    @GET
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @Operation(summary = "List the local images that requests may name")
    public Response list() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        var items = json.putArray("items");
        for (ImageRow row : images.list()) {
            items.addObject()
                    .put("id", row.id())
                    .put("repository", row.repository())
                    .put("tag", row.tag())
                    .put("digest", row.digest())
                    .put("created", row.created())
                    .put("size", row.size())
                    .put("platform", row.platform());
        }
        return ok(json);
    }

    @ReadRole
    @GET
    @Path(ONE)
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @Operation(summary = "Show an image: its configuration, names and layers")
    @APIResponse(responseCode = "404", description = "The image is not in the store, or is not allowed")
    public Response get(@PathParam("name") String name, @Context RoutingContext context) {
        return ok(view(name, Identity.of(context)));
    }

    private ObjectNode view(String name, Identity caller) {
        ObjectNode view = (ObjectNode) images.inspect(name);
        return SecretFields.hideImage(view, caller);
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Produces({MediaType.APPLICATION_JSON, MediaType.SERVER_SENT_EVENTS, Problem.MEDIA_TYPE})
    @Operation(
            summary = "Pull an image from its registry, and show it; with Accept: text/event-stream also the progress"
                    + " (role admin)")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(ref = RequestSchemas.PULL),
                            examples = @ExampleObject(name = "alpine", value = "{\"image\": \"alpine\"}")))
    @APIResponse(responseCode = "200", description = "The image is pulled and unpacked")
    @APIResponse(responseCode = "422", description = "The image is not allowed, does not exist, or needs another login")
    @APIResponse(responseCode = "502", description = "The registry cannot be reached, or sent an invalid answer")
    @APIResponse(responseCode = "507", description = "No space is left for the image")
    public CompletionStage<Response> pull(
            @HeaderParam(HttpHeaders.ACCEPT) @DefaultValue("*/*") String accept,
            @Context RoutingContext context,
            byte[] body) {
        if (slots.isDraining()) {
            throw Problem.busy(503, "the service is stopping", 1).exception();
        }
        PullRequest request = new PullRequest();
        RequestJson.read(body, request);
        Identity identity = Identity.of(context);
        Caller caller = Callers.of(context);
        Runnable leave = followers.enter(caller.name());
        boolean begun = false;
        try {
            Pulling.Waiter waiter = images.pull(request.image(), request.platform());
            begun = true;
            if (accept.contains(MediaType.SERVER_SENT_EVENTS)) {
                PullProgress progress = new PullProgress(waiter, () -> view(request.image(), identity), leave);
                return CompletableFuture.completedFuture(
                        Response.ok(progress, MediaType.SERVER_SENT_EVENTS).build());
            }
            caller.onDisconnect(waiter::leave);
            return ReturnedStage.of(waiter.outcome()
                    .thenApply(done -> ok(view(request.image(), identity)))
                    .whenComplete((answer, failure) -> leave.run()));
        } finally {
            if (!begun) {
                leave.run();
            }
        }
    }

    @DELETE
    @Path(ONE)
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @Operation(summary = "Remove a name of an image, and with the last name the image (role admin)")
    @APIResponse(responseCode = "404", description = "The image is not in the store, or is not allowed")
    @APIResponse(responseCode = "409", description = "A container uses the image; force=true removes it anyway")
    public Response delete(
            @PathParam("name") String name,
            @Parameter(schema = @Schema(type = SchemaType.BOOLEAN)) @QueryParam("force") String force) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        images.remove(name, QueryParameters.flag("force", force)).forEach(json.putArray("removed")::add);
        return ok(json);
    }

    private static Response ok(ObjectNode json) {
        return Response.ok(json.toString(), MediaType.APPLICATION_JSON).build();
    }
}
