package dev.rustyrun.engine.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.files.LaunchedWith;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.NewContainer;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.request.Volume;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SupervisedLaunch;
import java.util.List;
import java.util.OptionalLong;

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

    /** The launch options of a container of this service that matter for access to its files. */
    public static LaunchedWith with(ContainerFolder folder) {
        LaunchRequest request = RequestJson.readOwn(folder.resolved(), new LaunchRequest());
        UserIds ids = UserIds.of(folder.description());
        List<String> sources = request.mounts().stream().map(Volume::source).toList();
        return new LaunchedWith(
                request.rootfs().orElse(""),
                request.isReadOnly(),
                !hasLayer(folder.resolved()),
                request.memory().map(OptionalLong::of).orElse(OptionalLong.empty()),
                sources,
                ids.pool().isPresent() && !sources.stream().allMatch(ids::maps));
    }

    /**
     * Reads the launch.
     *
     * @param terminal whether the container has a terminal
     * @throws dev.rustyrun.spec.InvalidSpecException if the request is invalid
     */
    public static SupervisedLaunch read(ObjectNode resolved, boolean terminal) {
        LaunchRequest request = RequestJson.readOwn(resolved, new LaunchRequest());
        Spec spec = ResolvedSpec.of(request, terminal, UserIds.readFrom(resolved), store(resolved));
        return new SupervisedLaunch(spec, request.timeoutMillis(), false);
    }
}
