package dev.rustyrun.engine.service;

import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import jakarta.inject.Singleton;
import java.util.List;

/** Applies the service's configuration to a request: the only class that knows what requests may use. */
@Singleton
final class Specs {

    private final RootfsFolder rootfs;
    private final Limits limits;
    private final UserNamespaces users;

    Specs(RootfsFolder rootfs, Limits limits, UserNamespaces users) {
        this.users = users;
        this.rootfs = rootfs;
        this.limits = limits;
    }

    /**
     * Resolves {@code request} with this service's configuration: rootfs and mounts become host paths, and all limits
     * are set. The result does not depend on the configuration. An image name is not resolved.
     *
     * @param timeoutMillis the timeout
     * @throws dev.rustyrun.request.FieldException for the first field that is invalid or not allowed
     */
    LaunchRequest resolve(LaunchRequest request, long timeoutMillis) {
        request.checkOrigin();
        LaunchRequest allowed = limits.policy().resolve(request, timeoutMillis);
        return request.image().isPresent()
                ? allowed
                : allowed.in(rootfs.named(request.rootfs().orElse("")).path());
    }

    /** The user ids of a resolved request's container. */
    UserIds userIds(LaunchRequest resolved) {
        return resolved.rootfs().map(users::of).orElseGet(users::ofImage);
    }

    /** The predicted launch of a request with only the required fields. */
    Spec likely() {
        SpecBuilder spec = new SpecBuilder("/", List.of("/bin/true"))
                .annotation(Spec.EPHEMERAL_ANNOTATION, "")
                .resources(limits.policy().defaultResources());
        users.likely().pool().ifPresent(spec::isolate);
        return spec.build();
    }
}
