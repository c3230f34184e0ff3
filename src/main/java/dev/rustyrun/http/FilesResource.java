package dev.rustyrun.http;

import dev.rustyrun.engine.service.ServedContainer;
import dev.rustyrun.engine.service.ServedContainers;
import dev.rustyrun.http.access.LaunchRole;
import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;

/** {@code /v1/containers/{id}/files}: a container's files as tar streams, which are never completely in memory. */
@Path("/v1/containers/{id}/files")
@Blocking
public class FilesResource {

    private static final String TAR = "application/x-tar";
    private static final int MAX_TRANSFERS = 8;

    private final ServedContainers containers;
    private final long mostBytes;
    private final Semaphore free = new Semaphore(MAX_TRANSFERS);

    FilesResource(
            ServedContainers containers, @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize most) {
        this.containers = containers;
        this.mostBytes = most.asLongValue();
    }

    @LaunchRole
    @GET
    @Produces({TAR, Problem.MEDIA_TYPE})
    @Operation(
            summary = "Read a directory or a file of a container as a tar stream; names are relative to the directory")
    @APIResponse(
            responseCode = "200",
            description = "The stream; if it breaks off, it is incomplete",
            content = @Content(mediaType = TAR, schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(responseCode = "404", description = "The container, or the path in it, does not exist")
    @APIResponse(responseCode = "409", description = "The container has ended, and its files no longer exist")
    @APIResponse(responseCode = "429", description = "Too many transfers run")
    public Response get(
            @PathParam("id") String id,
            @Context RoutingContext context,
            @Parameter(example = "/tmp", description = "Absolute path in the container.")
                    @QueryParam("path")
                    @DefaultValue("")
                    String path) {
        ServedContainer.Files files = containers.named(id).files(path);
        try {
            files.checkReadable();
        } catch (InterruptedException e) {
            throw stopping();
        }
        if (!free.tryAcquire()) {
            throw tooMany();
        }
        AtomicBoolean held = new AtomicBoolean(true);
        Runnable leave = () -> {
            if (held.getAndSet(false)) {
                free.release();
            }
        };
        // Runs also if the client has disconnected before the response could be written.
        context.addEndHandler(ended -> leave.run());
        StreamingOutput output = out -> {
            try {
                files.read(out);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("the service is stopping");
            } finally {
                leave.run();
            }
        };
        return Response.ok(output, TAR).build();
    }

    @LaunchRole
    @PUT
    @Consumes(TAR)
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @Operation(summary = "Unpack a tar stream into a directory of a container that runs, or whose files are kept")
    @RequestBody(content = @Content(mediaType = TAR, schema = @Schema(type = SchemaType.STRING, format = "binary")))
    @APIResponse(
            responseCode = "200",
            description = "The stream is unpacked",
            content = @Content(examples = @ExampleObject(name = "two", value = "{\"entries\": 2, \"bytes\": 1048576}")))
    @APIResponse(responseCode = "404", description = "The container, or the directory in it, does not exist")
    @APIResponse(
            responseCode = "409",
            description =
                    "The container does not run and its files are not kept, or it is read-only, or an existing file is in the way")
    @APIResponse(responseCode = "413", description = "The body is larger than quarkus.http.limits.max-body-size")
    @APIResponse(
            responseCode = "422",
            description = "The body is not a tar stream, or an entry leads out of the directory or is a device",
            content =
                    @Content(
                            mediaType = Problem.MEDIA_TYPE,
                            examples =
                                    @ExampleObject(
                                            name = "climbs",
                                            value = "{\"type\": \"urn:rustyrun:problem:invalid-archive\", \"title\":"
                                                    + " \"Unprocessable Content\", \"status\": 422, \"detail\":"
                                                    + " \"entry \\\"../x\\\" contains ..\"}")))
    @APIResponse(responseCode = "507", description = "The files would exceed the container's memory limit")
    public Response put(
            @PathParam("id") String id,
            @Parameter(example = "/tmp", description = "Absolute path of a directory in the container.")
                    @QueryParam("path")
                    @DefaultValue("")
                    String path,
            InputStream body) {
        ServedContainer container = containers.named(id);
        if (!free.tryAcquire()) {
            throw tooMany();
        }
        try {
            return Response.ok(container.files(path).write(body, mostBytes).toString(), MediaType.APPLICATION_JSON)
                    .build();
        } catch (InterruptedException e) {
            throw stopping();
        } finally {
            free.release();
        }
    }

    private static ProblemException tooMany() {
        return Problem.busy(429, MAX_TRANSFERS + " file transfers are running, the maximum", 1)
                .exception();
    }

    private static ProblemException stopping() {
        Thread.currentThread().interrupt();
        return Problem.busy(503, "the service is stopping", 1).exception();
    }
}
