package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.spec.Spec;

/** What a container of the service is launched with, as the service has written it for the process that watches that. */
public final class RequestedLaunch {

    /** Where the service has its images. */
    static final String IMAGES = "images";

    private RequestedLaunch() {}

    /**
     * Reads it.
     *
     * @param terminal whether the container has a terminal
     * @throws dev.rustyrun.spec.InvalidSpecException when it cannot be
     */
    public static Monitor.Launched read(Linux linux, ObjectNode resolved, boolean terminal) {
        LaunchRequest request = RequestJson.readOwn(resolved, new LaunchRequest());
        Spec spec = ResolvedSpec.of(
                linux,
                request,
                terminal,
                UserIds.readFrom(resolved),
                resolved.path(IMAGES).asText(""));
        return new Monitor.Launched(spec, request.timeoutMillis(), false);
    }
}
