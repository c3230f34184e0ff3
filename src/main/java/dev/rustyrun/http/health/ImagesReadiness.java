package dev.rustyrun.http.health;

import dev.rustyrun.http.WarmImages;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when all images of {@code rustyrun.warm-images} are available. */
@Readiness
final class ImagesReadiness implements AsyncHealthCheck {

    private final WarmImages images;
    private final HealthThread thread;

    ImagesReadiness(WarmImages images, HealthThread thread) {
        this.images = images;
        this.thread = thread;
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return thread.perform(this::check);
    }

    private HealthCheckResponse check() {
        var response = HealthCheckResponse.named("images");
        var missing = images.missing();
        missing.forEach(response::withData);
        return (missing.isEmpty() ? response.up() : response.down()).build();
    }
}
