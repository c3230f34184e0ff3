package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Leftovers;
import dev.rustyrun.linux.Linux;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code POST /v1/gc}: takes away what processes that were killed have left, as {@code rustyrun gc} does. */
@Path("/v1/gc")
@Singleton
public class GcResource {

    private final Linux linux;
    private final ContainerStore store;
    private final Containers containers;

    GcResource(LaunchTools tools, Containers containers) {
        this.linux = tools.linux();
        this.store = tools.store();
        this.containers = containers;
    }

    @POST
    @Blocking
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "Remove what killed processes have left behind (role admin)")
    public Response collect() {
        ObjectNode json = ContainerFolder.object();
        var removed = json.putArray("removed");
        new Leftovers(linux, store).remove().forEach(removed::add);
        containers.settleLost().forEach(json.putArray("lost")::add);
        return Response.ok(json.toString()).build();
    }
}
