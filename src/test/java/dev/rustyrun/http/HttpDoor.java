package dev.rustyrun.http;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.launch.StageSpawner;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Spec;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The doors of HTTP: from the body of a request to a Spec, by a service that allows all that can be allowed. */
public final class HttpDoor {

    private final Linux linux;
    private final Limits limits;
    private final Specs specs;

    /**
     * A service.
     *
     * @param mounts the directories that requests may mount, by name
     */
    public HttpDoor(Linux linux, Path rootfsFolder, Map<String, Path> mounts) {
        this.linux = linux;
        Map<String, String> settings =
                new HashMap<>(Map.of("rustyrun.allow-host-network", "true", "rustyrun.userns", "host"));
        mounts.forEach((name, path) -> settings.put("rustyrun.mounts." + name, path.toString()));
        ServeConfig config = Configured.with(rootfsFolder, settings);
        this.limits = new Limits(config);
        LaunchTools tools = new LaunchTools(
                linux, SelfExec.current(), new StageSpawner(linux, SelfExec.current()), ContainerStore.of(linux));
        this.specs = new Specs(config, new RootfsFolder(linux, config), limits, new UserNamespaces(tools, config));
    }

    /** The fields that a launch has at both of these doors. */
    public static Set<String> sharedFields() {
        return names(LaunchRequest.class);
    }

    /** The fields that only {@code POST /v1/containers} takes. */
    public static Set<String> containerFields() {
        Set<String> names = names(ContainerRequest.class);
        names.remove("launch");
        return names;
    }

    private static Set<String> names(Class<?> type) {
        Set<String> names = new TreeSet<>();
        for (RecordComponent component : type.getRecordComponents()) {
            names.add(component.getName());
        }
        return names;
    }

    /** What {@code POST /v1/run} would launch. */
    public Spec run(byte[] body) {
        LaunchRequest request = RunRequest.read(body, limits).launch();
        return ResolvedSpec.of(linux, specs.resolve(request, limits.timeoutMillis(request)), false, UserIds.HOST);
    }

    /** What {@code POST /v1/containers} would launch. */
    public Spec container(byte[] body) {
        ContainerRequest request = ContainerRequest.read(body, limits);
        LaunchRequest launch = request.launch();
        long millis = limits.longestTimeoutMillis(launch.timeoutSeconds());
        return ResolvedSpec.of(linux, specs.resolve(launch, millis), request.tty(), UserIds.HOST);
    }
}
