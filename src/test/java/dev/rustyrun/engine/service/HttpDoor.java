package dev.rustyrun.engine.service;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.InputRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Turns the bodies of HTTP requests into Specs, by a service with the most permissive settings. */
public final class HttpDoor {

    private final Limits limits;
    private final Specs specs;

    /**
     * Makes a service.
     *
     * @param mounts the directories that requests may mount, by name
     */
    public HttpDoor(Linux linux, Path rootfsFolder, Map<String, Path> mounts) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "rustyrun.allow-host-network",
                "true",
                "rustyrun.allow",
                "*.example.net,example.org",
                "rustyrun.allow-private-network",
                "true",
                "rustyrun.allow-cni-networks",
                "web",
                "rustyrun.userns",
                "host"));
        mounts.forEach((name, path) -> settings.put("rustyrun.mounts." + name, path.toString()));
        ServeConfig config = Configured.with(rootfsFolder, settings);
        this.limits = new Limits(config);
        LaunchTools tools = new LaunchTools(
                linux, SelfExec.current(), new StageSpawner(linux, SelfExec.current()), ContainerStore.of(linux));
        this.specs = new Specs(new RootfsFolder(config), limits, new UserNamespaces(tools, config));
    }

    /** The Spec that {@code POST /v1/run} would launch. */
    public Spec run(byte[] body) {
        LaunchRequest request = new LaunchRequest();
        RequestJson.read(body, request, new InputRequest());
        long millis = limits.policy().timeoutMillis(request.timeoutSeconds());
        return ResolvedSpec.of(specs.resolve(request, millis), false, UserIds.HOST);
    }

    /** The Spec that {@code POST /v1/containers} would launch. */
    public Spec container(byte[] body) {
        LaunchRequest launch = new LaunchRequest();
        ContainerRequest request = new ContainerRequest();
        RequestJson.read(body, launch, request);
        request.labels();
        long millis = limits.policy().longestTimeoutMillis(launch.timeoutSeconds());
        boolean terminal = request.terminal().orElse(false);
        return ResolvedSpec.of(specs.resolve(launch, millis), terminal, UserIds.HOST);
    }
}
