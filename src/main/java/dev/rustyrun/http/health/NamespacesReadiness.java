package dev.rustyrun.http.health;

import dev.rustyrun.launch.NamespaceProbe;
import dev.rustyrun.linux.Linux;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready is who can make the namespaces of a container; a sidecar that was not made privileged cannot. */
@Readiness
final class NamespacesReadiness implements HealthCheck {

    private final NamespaceProbe probe;

    NamespacesReadiness(Linux linux) {
        this.probe = new NamespaceProbe(linux);
    }

    @Override
    public HealthCheckResponse call() {
        var response = HealthCheckResponse.named("namespaces");
        try {
            return probe.obstacle()
                    .map(reason -> response.down()
                            .withData("reason", reason)
                            .withData(
                                    "advice",
                                    "run it as root, in a container with the rights that docs/sidecar.md lists")
                            .build())
                    .orElseGet(() -> response.up().build());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return response.down().withData("reason", "the server is stopping").build();
        }
    }
}
