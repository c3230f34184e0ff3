package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.nio.charset.StandardCharsets;

/** What a container of the service is launched with, as the service has written it for the process that watches that. */
public final class RequestedLaunch {

    private RequestedLaunch() {}

    /**
     * Reads it.
     *
     * @param terminal whether the container has a terminal
     * @throws InvalidSpecException when it cannot be
     */
    public static Monitor.Launched read(Linux linux, ObjectNode resolved, boolean terminal) {
        try {
            LaunchRequest request =
                    LaunchRequest.read(JsonRequest.parse(resolved.toString().getBytes(StandardCharsets.UTF_8)));
            Spec spec = ResolvedSpec.of(linux, request, terminal, UserIds.readFrom(resolved));
            return new Monitor.Launched(
                    spec,
                    request.timeoutSeconds().orElseThrow().movePointRight(3).longValue());
        } catch (ProblemException e) {
            throw new InvalidSpecException(e.getMessage());
        }
    }
}
