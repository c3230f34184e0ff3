package dev.rustyrun.http.health;

import dev.rustyrun.engine.service.ServedContainers;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when this process can create the namespaces of a container; an unprivileged sidecar cannot. */
@Readiness
final class NamespacesReadiness implements AsyncHealthCheck {

    private final ServedContainers containers;
    private final HealthThread thread;

    NamespacesReadiness(ServedContainers containers, HealthThread thread) {
        this.containers = containers;
        this.thread = thread;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return thread.perform(this::check);
    }

    private HealthCheckResponse check() {
        var response = HealthCheckResponse.named("namespaces");
        try {
            return containers
                    .obstacle()
                    .map(reason -> response.down()
                            .withData("reason", reason)
                            .withData(
                                    "advice",
                                    "run it as root, in a container with the privileges listed in docs/sidecar.md")
                            .build())
                    .orElseGet(() -> response.up().build());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return response.down().withData("reason", "the server is stopping").build();
        }
    }
}
