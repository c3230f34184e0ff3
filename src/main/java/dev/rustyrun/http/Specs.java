package dev.rustyrun.http;

import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import jakarta.inject.Singleton;
import java.util.List;

/** What the service's configuration makes of a request: what it allows, and nothing else. */
@Singleton
final class Specs {

    private final ServeConfig config;
    private final RootfsFolder rootfs;
    private final Limits limits;
    private final UserNamespaces users;

    Specs(ServeConfig config, RootfsFolder rootfs, Limits limits, UserNamespaces users) {
        this.users = users;
        this.config = config;
        this.rootfs = rootfs;
        this.limits = limits;
    }

    /**
     * {@code request} as far as this service's configuration decides: its rootfs and mounts are host paths, and all limits are
     * said. What comes out depends on the configuration no more.
     *
     * @param timeoutMillis the time allowed to it
     * @throws ProblemException for the first field that is not allowed
     */
    LaunchRequest resolve(LaunchRequest request, long timeoutMillis) {
        LaunchRequest limited = limits.resolve(request, timeoutMillis);
        if (request.network().equals("host") && !config.allowHostNetwork()) {
            throw Problem.field("/network", "network host is not allowed by this service's configuration")
                    .exception();
        }
        return limited.at(
                rootfs.named(request.rootfs()).path(),
                request.mounts().stream().map(this::resolve).toList());
    }

    private LaunchRequest.MountRequest resolve(LaunchRequest.MountRequest mount) {
        String source = config.mounts().get(mount.source());
        if (source == null) {
            throw Problem.field(
                            "/mounts",
                            "mounts: this service is not configured to mount \"" + mount.source() + "\"; it mounts "
                                    + (config.mounts().isEmpty()
                                            ? "nothing"
                                            : config.mounts().keySet()))
                    .exception();
        }
        return new LaunchRequest.MountRequest(source, mount.target(), mount.readOnly());
    }

    /** Whose ids the container of a resolved request has. */
    UserIds userIds(LaunchRequest resolved) {
        return users.of(resolved.rootfs());
    }

    /** What a request asks for that says no more than it must, as far as that can be known before. */
    Spec likely() {
        SpecBuilder spec = new SpecBuilder("/", List.of("/bin/true"))
                .annotation(Spec.EPHEMERAL_ANNOTATION, "")
                .resources(limits.usual());
        users.likely().pool().ifPresent(spec::isolate);
        return spec.build();
    }
}
