package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.service.LaunchQueue;
import dev.rustyrun.engine.service.RootfsFolder;
import dev.rustyrun.engine.service.ServeConfig;
import dev.rustyrun.engine.service.UserNamespaces;
import dev.rustyrun.engine.service.WarmPool;
import dev.rustyrun.http.access.ReadRole;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Multi;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestStreamElementType;

/** Information about the service: {@code /v1/info}, {@code /v1/rootfs}, {@code /v1/events}. */
@Path("/v1")
public class InfoResource {

    private final ServeConfig config;
    private final RootfsFolder rootfs;
    private final LaunchQueue slots;
    private final WarmPool warm;
    private final Events events;
    private final Followers followers;
    private final UserNamespaces users;

    InfoResource(
            ServeConfig config,
            RootfsFolder rootfs,
            LaunchQueue slots,
            WarmPool warm,
            Events events,
            Followers followers,
            UserNamespaces users) {
        this.followers = followers;
        this.users = users;
        this.config = config;
        this.rootfs = rootfs;
        this.slots = slots;
        this.warm = warm;
        this.events = events;
    }

    @ReadRole
    @GET
    @Path("info")
    @Blocking
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "Show the service's load and limits")
    public Response info() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("running", slots.running())
                .put("waiting", slots.waiting())
                .put("concurrent", config.concurrent())
                .put("queue", config.queue())
                .put("warm", warm.waiting())
                .put("draining", slots.isDraining());
        ObjectNode most = json.putObject("limits");
        most.put("memory", config.memory().max())
                .put("cpus", config.cpus().max())
                .put("pids", config.pids().max())
                .put("timeoutSeconds", config.timeout().max())
                .put("output", config.output().max())
                .put("hostNetwork", config.allowHostNetwork())
                .put("privateNetwork", config.allowPrivateNetwork());
        config.storage().max().ifPresent(size -> most.put("storageSize", size));
        users.describe(json);
        config.imageSources().orElse(List.of()).forEach(json.putArray("imageSources")::add);
        config.mounts().keySet().stream().sorted().forEach(json.putArray("mounts")::add);
        return Response.ok(json.toString()).build();
    }

    @ReadRole
    @GET
    @Path("rootfs")
    @Blocking
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(summary = "List the root file systems that a request may name")
    public Response rootfs() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        rootfs.names().forEach(json.putArray("items")::add);
        return Response.ok(json.toString()).build();
    }

    @ReadRole
    @GET
    @Path("events")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @RestStreamElementType(MediaType.TEXT_PLAIN)
    @Operation(summary = "Stream the events of containers, as server-sent events")
    public Multi<String> events(@Context RoutingContext context) {
        Runnable leave = followers.enter(Callers.nameOf(context));
        return events.stream().onTermination().invoke(leave);
    }
}
