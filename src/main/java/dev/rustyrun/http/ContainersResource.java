package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.service.Caller;
import dev.rustyrun.engine.service.LaunchQueue;
import dev.rustyrun.engine.service.Limits;
import dev.rustyrun.engine.service.RequestedContainers;
import dev.rustyrun.engine.service.ServedContainer;
import dev.rustyrun.engine.service.ServedContainers;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.access.LaunchRole;
import dev.rustyrun.http.access.ReadRole;
import dev.rustyrun.request.AllowRequest;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.spec.ContainerStatus;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.net.URI;
import java.util.List;
import java.util.Optional;
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

/** {@code /v1/containers}: containers that run in the background. */
@Path("/v1/containers")
@Blocking
@Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
public class ContainersResource {

    private static final int MAX_PER_PAGE = 1000;
    private static final int MAX_SECONDS = 300;

    private final ServedContainers containers;
    private final RequestedContainers requested;
    private final IdempotencyKeys keys;
    private final LaunchQueue slots;
    private final Followers followers;
    private final Limits limits;

    ContainersResource(
            ServedContainers containers,
            RequestedContainers requested,
            IdempotencyKeys keys,
            LaunchQueue slots,
            Followers followers,
            Limits limits) {
        this.limits = limits;
        this.followers = followers;
        this.containers = containers;
        this.requested = requested;
        this.keys = keys;
        this.slots = slots;
    }

    @LaunchRole
    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Create a container, and start it if start is true")
    @RequestBody(
            content =
                    @Content(
                            schema = @Schema(ref = RequestSchemas.CONTAINER),
                            examples =
                                    @ExampleObject(
                                            name = "counter",
                                            value = "{\"rootfs\": \"busybox\", \"command\": [\"/bin/sh\", \"-c\","
                                                    + " \"while sleep 1; do date; done\"], \"labels\": {\"job\":"
                                                    + " \"17\"}, \"start\": true}")))
    @APIResponse(responseCode = "201", description = "The container is created; Location has its address")
    public CompletionStage<Response> create(
            @HeaderParam("Idempotency-Key") String key,
            @Context RoutingContext context,
            @Context UriInfo uri,
            byte[] body) {
        if (slots.isDraining()) {
            throw Problem.busy(503, "the service is stopping", 1).exception();
        }
        return ReturnedStage.of(keys.once(Identity.of(context), "containers", key, body, () -> {
            LaunchRequest launch = new LaunchRequest();
            ContainerRequest request = new ContainerRequest();
            RequestJson.read(body, launch, request);
            // Read here, because it is only available during the request.
            URI base = uri.getBaseUri();
            Caller caller = key == null ? Callers.of(context) : new Caller(Callers.nameOf(context));
            return requested
                    .create(launch, request, caller::onDisconnect)
                    .thenCompose(container -> request.starts()
                            ? startedOrRemoved(container)
                            : CompletableFuture.completedStage(container))
                    .thenApply(container -> Response.created(base.resolve("/v1/containers/" + container.id()))
                            .type(MediaType.APPLICATION_JSON)
                            .entity(made(container))
                            .build());
        }));
    }

    @ReadRole
    @GET
    @Operation(summary = "List containers, oldest first")
    public Response list(
            @QueryParam("status") String status,
            @QueryParam("label") List<String> labels,
            @Parameter(schema = @Schema(type = SchemaType.INTEGER, defaultValue = "100")) @QueryParam("limit")
                    String limitText,
            @QueryParam("after") @DefaultValue("") String after,
            @Context RoutingContext context) {
        int limit = (int) QueryParameters.whole("limit", limitText, 100, 1, MAX_PER_PAGE);
        return ok(ContainerPage.of(status, labels, limit, after).view(containers, Identity.of(context)));
    }

    @ReadRole
    @GET
    @Path("{id}")
    @Operation(summary = "Show a container")
    public Response get(@PathParam("id") String id, @Context RoutingContext context) {
        return ok(SecretFields.hide(containers.named(id).view(), Identity.of(context)));
    }

    @LaunchRole
    @DELETE
    @Path("{id}")
    @Operation(summary = "Delete a container and its log; a running one needs force=true, which kills it")
    @APIResponse(responseCode = "204", description = "The container is deleted")
    @APIResponse(responseCode = "409", description = "The container runs")
    public Response delete(
            @PathParam("id") String id,
            @Parameter(schema = @Schema(type = SchemaType.BOOLEAN)) @QueryParam("force") String force) {
        boolean kills = QueryParameters.flag("force", force);
        return interruptibly(() -> {
            containers.named(id).remove(kills);
            return Response.noContent().build();
        });
    }

    @LaunchRole
    @POST
    @Path("{id}/start")
    @Operation(summary = "Start a container")
    public CompletionStage<Response> start(@PathParam("id") String id) {
        return started(containers.named(id)).thenApply(container -> ok(container.view()));
    }

    /** Starts a new container. If that fails, removes it: the client does not know its id. */
    private CompletionStage<ServedContainer> startedOrRemoved(ServedContainer container) {
        CompletionStage<ServedContainer> started;
        try {
            started = started(container);
        } catch (RuntimeException e) {
            started = CompletableFuture.failedStage(e);
        }
        return started.whenComplete((begun, failure) -> {
            if (failure != null) {
                interruptibly(() -> {
                    container.remove(true);
                    return null;
                });
            }
        });
    }

    /** The new container's JSON; only its id if the details cannot be read, because the container exists anyway. */
    private String made(ServedContainer container) {
        try {
            return container.view().toString();
        } catch (RuntimeException shortage) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("id", container.id())
                    .toString();
        }
    }

    private CompletionStage<ServedContainer> started(ServedContainer container) {
        try {
            return container.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy(503, "the service is stopping", 1).exception();
        }
    }

    @LaunchRole
    @POST
    @Path("{id}/kill")
    @Operation(summary = "Send a signal to PID 1 of a container, or with all=true to every process of it")
    @APIResponse(responseCode = "204", description = "The signal is sent")
    public Response kill(
            @PathParam("id") String id,
            @QueryParam("signal") @DefaultValue("TERM") String signal,
            @Parameter(schema = @Schema(type = SchemaType.BOOLEAN)) @QueryParam("all") String all) {
        boolean everyone = QueryParameters.flag("all", all);
        return interruptibly(() -> {
            containers.named(id).kill(signal, everyone);
            return Response.noContent().build();
        });
    }

    @LaunchRole
    @POST
    @Path("{id}/wait")
    @Operation(
            summary =
                    "Wait for a container's end, and show the container; 202 if it has not ended within timeoutSeconds")
    public CompletionStage<Response> await(
            @PathParam("id") String id,
            @Context RoutingContext context,
            @Parameter(schema = @Schema(type = SchemaType.INTEGER, defaultValue = "60")) @QueryParam("timeoutSeconds")
                    String timeout) {
        int seconds = (int) QueryParameters.whole("timeoutSeconds", timeout, 60, 0, MAX_SECONDS);
        ServedContainer container = containers.named(id);
        Caller caller = Callers.of(context);
        Runnable leave = followers.enter(caller.name());
        CompletableFuture<Optional<ContainerStatus>> answer = new CompletableFuture<>();
        answer.whenComplete((done, failure) -> leave.run());
        caller.onDisconnect(
                () -> answer.completeExceptionally(Problem.callerDisconnected().exception()));
        return container
                .end(seconds, answer)
                .thenApply(ended -> Response.status(ended ? 200 : 202)
                        .entity(container.view().toString())
                        .type(MediaType.APPLICATION_JSON)
                        .build());
    }

    @LaunchRole
    @POST
    @Path("{id}/pause")
    @Operation(summary = "Freeze all processes of a container")
    public Response pause(@PathParam("id") String id) {
        ServedContainer container = containers.named(id);
        return interruptibly(() -> {
            container.pause();
            return ok(container.view());
        });
    }

    @LaunchRole
    @POST
    @Path("{id}/resume")
    @Operation(summary = "Resume all processes of a container")
    public Response resume(@PathParam("id") String id) {
        ServedContainer container = containers.named(id);
        return interruptibly(() -> {
            container.resume();
            return ok(container.view());
        });
    }

    @ReadRole
    @GET
    @Path("{id}/stats")
    @Operation(summary = "Show the resource usage of a running container")
    public Response stats(@PathParam("id") String id) {
        ServedContainer container = containers.named(id);
        return interruptibly(() -> ok(container.statistics()));
    }

    @LaunchRole
    @PUT
    @Path("{id}/allow")
    @Consumes(MediaType.APPLICATION_JSON)
    @Operation(summary = "Replace the list of hosts that a running container, started with one, may reach")
    @RequestBody(content = @Content(schema = @Schema(ref = RequestSchemas.ALLOW)))
    @APIResponse(
            responseCode = "200",
            description = "The list is in force, and connections with other hosts are closed")
    public Response allow(@PathParam("id") String id, byte[] body) {
        AllowRequest request = new AllowRequest();
        RequestJson.read(body, request);
        List<String> hosts = limits.policy().allowed(request.hosts());
        return interruptibly(() -> {
            containers.named(id).allow(hosts);
            return allowed(id);
        });
    }

    @ReadRole
    @GET
    @Path("{id}/allow")
    @Operation(summary = "List the hosts that a running container, started with such a list, may reach")
    public Response allowed(@PathParam("id") String id) {
        ServedContainer container = containers.named(id);
        return interruptibly(() -> {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            container.allowed().forEach(json.putArray("allow")::add);
            return ok(json);
        });
    }

    private static Response ok(ObjectNode json) {
        return Response.ok(json.toString(), MediaType.APPLICATION_JSON).build();
    }

    private interface Waiting {
        Response perform() throws InterruptedException;
    }

    private static Response interruptibly(Waiting work) {
        try {
            return work.perform();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy(503, "the service is stopping", 1).exception();
        }
    }
}
