package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.RunningRoot;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.http.access.Identity;
import dev.rustyrun.http.access.ReadRole;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
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

/** {@code GET /v1/containers/{id}/processes}: what runs in a container. */
@Path("/v1/containers/{id}/processes")
public class ProcessesResource {

    private final Linux linux;
    private final Containers containers;
    private final RunningRoot running;

    ProcessesResource(Linux linux, Containers containers) {
        this.linux = linux;
        this.containers = containers;
        this.running = new RunningRoot(linux, ContainerStore.of(linux));
    }

    @ReadRole
    @GET
    @Blocking
    @Produces({MediaType.APPLICATION_JSON, Problem.MEDIA_TYPE})
    @Operation(
            summary =
                    "List the processes of a running container, as this machine numbers them, with their users inside")
    public Response processes(@PathParam("id") String id, @Context RoutingContext context) throws InterruptedException {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode items = json.putArray("items");
        ContainerFolder folder = containers.named(id);
        ContainerIds ids = containers.running().awaitMade(folder, () -> running.ids(folder.id()));
        Identity caller = Identity.of(context);
        containers.running().processes(folder).forEach(pid -> add(items, pid, ids, caller));
        return Response.ok(json.toString()).build();
    }

    /** man 5 proc: {@code /proc/PID/status} and {@code cmdline}. */
    private void add(ArrayNode items, int pid, ContainerIds ids, Identity caller) {
        try {
            String status = linux.readFile("/proc/" + pid + "/status");
            String command = SecretFields.mayBeSeenBy(caller)
                    ? linux.readFile("/proc/" + pid + "/cmdline")
                            .replace('\0', ' ')
                            .strip()
                    : "";
            items.addObject()
                    .put("pid", pid)
                    .put("parent", field(status, "PPid"))
                    .put("uid", ids.userInside(Integer.parseUnsignedInt(word(status, "Uid"))))
                    .put("state", word(status, "State"))
                    .put("command", command.isEmpty() ? word(status, "Name") : command);
        } catch (LinuxException ended) {
            // Between the list and here.
        }
    }

    private static int field(String status, String name) {
        return Integer.parseInt(word(status, name));
    }

    private static String word(String status, String name) {
        int at = ("\n" + status).indexOf("\n" + name + ":");
        return status.substring(at + name.length() + 1).strip().split("\\s+", 2)[0];
    }
}
