package dev.rustyrun.http.health;

import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Started as soon as the service responds: launches do not have to wait for any later preparation. */
@Startup
final class Started implements AsyncHealthCheck {

    private final HealthThread thread;

    Started(HealthThread thread) {
        this.thread = thread;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return thread.perform(this::check);
    }

    private HealthCheckResponse check() {
        return HealthCheckResponse.up("started");
    }
}
