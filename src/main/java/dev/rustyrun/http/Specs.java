package dev.rustyrun.http;

import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecBuilder;
import jakarta.inject.Singleton;
import java.util.List;

/** What the service's configuration makes of a request: what it allows, and nothing else. */
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
     * {@code request} as far as this service's configuration decides: its rootfs and mounts are host paths, and all limits are
     * said. What comes out depends on the configuration no more. An image is still to be found.
     *
     * @param timeoutMillis the time allowed to it
     * @throws dev.rustyrun.request.FieldException for the first field that is not allowed
     */
    LaunchRequest resolve(LaunchRequest request, long timeoutMillis) {
        request.checkOrigin();
        LaunchRequest allowed = limits.policy().resolve(request, timeoutMillis);
        return request.image().isPresent()
                ? allowed
                : allowed.in(rootfs.named(request.rootfs().orElse("")).path());
    }

    /** Whose ids the container of a resolved request has. */
    UserIds userIds(LaunchRequest resolved) {
        return resolved.rootfs().map(users::of).orElseGet(users::ofImage);
    }

    /** What a request asks for that says no more than it must, as far as that can be known before. */
    Spec likely() {
        SpecBuilder spec = new SpecBuilder("/", List.of("/bin/true"))
                .annotation(Spec.EPHEMERAL_ANNOTATION, "")
                .resources(limits.policy().usual());
        users.likely().pool().ifPresent(spec::isolate);
        return spec.build();
    }
}
