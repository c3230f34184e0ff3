package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.NewContainer;
import dev.rustyrun.spec.SpecValidator;
import jakarta.inject.Singleton;

/** Makes containers of requests. */
@Singleton
final class RequestedContainers {

    private final LaunchTools tools;
    private final Specs specs;
    private final Limits limits;
    private final Containers containers;

    RequestedContainers(LaunchTools tools, Specs specs, Limits limits, Containers containers) {
        this.tools = tools;
        this.specs = specs;
        this.limits = limits;
        this.containers = containers;
    }

    /**
     * Makes one that is not started.
     *
     * @throws ProblemException for the first field that is not allowed
     */
    ContainerFolder create(ContainerRequest request) {
        LaunchRequest resolved = specs.resolve(
                request.launch(), limits.longestTimeoutMillis(request.launch().timeoutSeconds()));
        UserIds ids = specs.userIds(resolved);
        SpecValidator.check(ResolvedSpec.of(tools.linux(), resolved, request.tty(), ids));
        ObjectNode launched = resolved.json();
        ids.writeTo(launched);
        return containers.create(new NewContainer(
                request.labels(),
                request.tty(),
                request.rows(),
                request.columns(),
                request.openStdin(),
                request.maxLog(),
                false,
                request.launch().json(),
                launched));
    }
}
