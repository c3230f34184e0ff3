package dev.rustyrun.http.health;

import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;

/** The thread of all health checks, so that probes are answered even if requests occupy all other threads. */
@Singleton
final class HealthThread {

    private final ExecutorService thread = Executors.newSingleThreadExecutor(work -> {
        Thread made = new Thread(work, "health");
        made.setDaemon(true);
        return made;
    });

    Uni<HealthCheckResponse> perform(HealthCheck check) {
        return Uni.createFrom().item(check::call).runSubscriptionOn(thread);
    }
}
