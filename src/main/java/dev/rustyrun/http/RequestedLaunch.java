package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.container.supervised.NewContainer;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.spec.Spec;

/** The launch of a service's container, as the service has written it for the container's monitor. */
public final class RequestedLaunch {

    /** The service's images. */
    static final String IMAGES = "images";

    private RequestedLaunch() {}

    /** Whether the container has a layer over its image on disk, before its start and until it is deleted. */
    static boolean hasLayer(ObjectNode resolved) {
        return resolved.has(NewContainer.WAITS);
    }

    /** Where its image is, and its files. */
    static ResolvedSpec.Store store(ObjectNode resolved) {
        return new ResolvedSpec.Store(resolved.path(IMAGES).asText(""), hasLayer(resolved));
    }

    /**
     * Reads it.
     *
     * @param terminal whether the container has a terminal
     * @throws dev.rustyrun.spec.InvalidSpecException if it is invalid
     */
    public static Monitor.Launched read(Linux linux, ObjectNode resolved, boolean terminal) {
        LaunchRequest request = RequestJson.readOwn(resolved, new LaunchRequest());
        Spec spec = ResolvedSpec.of(linux, request, terminal, UserIds.readFrom(resolved), store(resolved));
        return new Monitor.Launched(spec, request.timeoutMillis(), false);
    }
}
