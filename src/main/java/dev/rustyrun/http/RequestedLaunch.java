package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.container.supervised.NewContainer;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.spec.Spec;

/** The launch of a service's container, which the service writes for the container's monitor. */
public final class RequestedLaunch {

    /** The field with the path of the service's image store. */
    static final String IMAGES = "images";

    private RequestedLaunch() {}

    /** Whether the container has a layer on disk over its image, which exists from its creation until its deletion. */
    static boolean hasLayer(ObjectNode resolved) {
        return resolved.has(NewContainer.WAITS);
    }

    /** The image store of the launch. */
    static ResolvedSpec.Store store(ObjectNode resolved) {
        return new ResolvedSpec.Store(resolved.path(IMAGES).asText(""), hasLayer(resolved));
    }

    /**
     * Reads the launch.
     *
     * @param terminal whether the container has a terminal
     * @throws dev.rustyrun.spec.InvalidSpecException if the request is invalid
     */
    public static Monitor.Launched read(Linux linux, ObjectNode resolved, boolean terminal) {
        LaunchRequest request = RequestJson.readOwn(resolved, new LaunchRequest());
        Spec spec = ResolvedSpec.of(linux, request, terminal, UserIds.readFrom(resolved), store(resolved));
        return new Monitor.Launched(spec, request.timeoutMillis(), false);
    }
}
