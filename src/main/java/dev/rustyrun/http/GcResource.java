package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.service.ServedContainers;
import io.smallrye.common.annotation.Blocking;
import jakarta.inject.Singleton;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code POST /v1/gc}: removes resources that killed processes have left, like {@code rustyrun gc}. */
@Path("/v1/gc")
@Singleton
public class GcResource {

    private final ServedContainers containers;

    GcResource(ServedContainers containers) {
        this.containers = containers;
    }

    @POST
    @Blocking
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "Remove what killed processes left (role admin)")
    public Response collect() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ServedContainers.Stale stale = containers.removeStale();
        stale.removed().forEach(json.putArray("removed")::add);
        stale.lost().forEach(json.putArray("lost")::add);
        return Response.ok(json.toString()).build();
    }
}
