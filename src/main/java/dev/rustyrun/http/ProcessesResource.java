package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.service.ServedContainers;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.access.ReadRole;
import io.smallrye.common.annotation.Blocking;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code GET /v1/containers/{id}/processes}: the processes of a container. */
@Path("/v1/containers/{id}/processes")
public class ProcessesResource {

    private final ServedContainers containers;

    ProcessesResource(ServedContainers containers) {
        this.containers = containers;
    }

    @ReadRole
    @GET
    @Blocking
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @Operation(
            summary =
                    "List the processes of a running container, with the host's process ids and their users in the container")
    public Response processes(@PathParam("id") String id, @Context RoutingContext context) throws InterruptedException {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode items = json.putArray("items");
        boolean withArguments = SecretFields.mayBeSeenBy(Identity.of(context));
        containers.named(id).processes(withArguments).forEach(items::add);
        return Response.ok(json.toString()).build();
    }
}
