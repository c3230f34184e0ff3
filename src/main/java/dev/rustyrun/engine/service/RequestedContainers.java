package dev.rustyrun.engine.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.Launch;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.NewContainer;
import dev.rustyrun.engine.ServedImages;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.Policy;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import jakarta.inject.Singleton;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Creates containers for requests. */
@Singleton
public final class RequestedContainers {

    private final LaunchTools tools;
    private final Specs specs;
    private final Limits limits;
    private final Containers containers;
    private final ServedContainers served;
    private final ServedImages images;
    private final boolean keepsFiles;

    RequestedContainers(
            LaunchTools tools,
            Specs specs,
            Limits limits,
            Containers containers,
            ServedContainers served,
            ServedImages images,
            ServeConfig config) {
        this.keepsFiles = config.keepFiles();
        this.images = images;
        this.tools = tools;
        this.specs = specs;
        this.limits = limits;
        this.containers = containers;
        this.served = served;
    }

    /**
     * Creates a container without starting it, after its image was pulled and unpacked if needed.
     *
     * @param whenGone registers an action for when the client disconnects
     * @throws dev.rustyrun.request.FieldException for the first field that is invalid or not allowed
     */
    public CompletionStage<ServedContainer> create(
            LaunchRequest launch, ContainerRequest request, Consumer<Runnable> whenGone) {
        Policy policy = limits.policy();
        int maxLog = policy.output("maxLog", request.maxLog());
        LaunchRequest resolved = specs.resolve(launch, policy.longestTimeoutMillis(launch.timeoutSeconds()));
        if (launch.image().isEmpty()) {
            return CompletableFuture.completedFuture(create(launch, request, resolved, maxLog));
        }
        LaunchRequest limited = keepsFiles ? policy.onDisk(resolved) : resolved;
        return images.ready(limited, whenGone)
                .thenApply(image -> create(launch, request, limited.inImage(image.digest(), image.command()), maxLog));
    }

    private ServedContainer create(LaunchRequest launch, ContainerRequest request, LaunchRequest resolved, int maxLog) {
        boolean terminal = request.terminal().orElse(false);
        UserIds ids = specs.userIds(resolved);
        boolean hasLayer = keepsFiles && resolved.image().isPresent();
        SpecValidator.check(ResolvedSpec.of(resolved, terminal, ids, ResolvedSpec.Store.own(hasLayer)));
        ObjectNode launched = RequestJson.write(resolved);
        ids.writeTo(launched);
        resolved.image().ifPresent(image -> launched.put(RequestedLaunch.IMAGES, images.folder()));
        String token = UUID.randomUUID().toString();
        if (hasLayer) {
            launched.put(NewContainer.WAITS, token);
        }
        ContainerFolder folder = containers.create(new NewContainer(
                request.labels(),
                terminal,
                request.rows(),
                request.columns(),
                request.isInteractive(),
                maxLog,
                false,
                RequestJson.write(launch),
                launched));
        if (hasLayer) {
            makeLayer(folder, token);
        }
        return served.of(folder);
    }

    /** Creates the layer of a new container. If that fails, removes the container, whose id nobody knows yet. */
    private void makeLayer(ContainerFolder folder, String token) {
        boolean made = false;
        try {
            Spec spec = RequestedLaunch.read(
                            folder.resolved(),
                            folder.description().orElseThrow().path("tty").asBoolean())
                    .spec();
            new Launch(tools.linux(), tools.self(), tools.store(), spec)
                    .keepingLayer()
                    .makeLayer(folder.id(), token);
            made = true;
        } finally {
            if (!made) {
                remove(folder);
            }
        }
    }

    private void remove(ContainerFolder folder) {
        try {
            containers.remove(folder, true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
