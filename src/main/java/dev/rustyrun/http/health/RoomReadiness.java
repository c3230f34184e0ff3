package dev.rustyrun.http.health;

import dev.rustyrun.engine.service.LaunchQueue;
import dev.rustyrun.engine.service.ServeConfig;
import dev.rustyrun.http.Shortage;
import io.smallrye.health.api.AsyncHealthCheck;
import io.smallrye.mutiny.Uni;
import java.io.File;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/**
 * Ready when the queue and the data folder have room for another launch, the folder of root file systems exists, and
 * the service is not stopping.
 */
@Readiness
final class RoomReadiness implements AsyncHealthCheck {

    private static final long MIN_BYTES = 64 << 20;

    private final LaunchQueue slots;
    private final File rootfs;
    private final File data;

    private final HealthThread thread;

    RoomReadiness(LaunchQueue slots, ServeConfig config, HealthThread thread) {
        this.thread = thread;
        this.slots = slots;
        this.rootfs = new File(config.rootfsFolder());
        this.data = new File(config.dataFolder().orElse("/run"));
    }

    @Override
    public Uni<HealthCheckResponse> call() {
        return thread.perform(this::check);
    }

    private HealthCheckResponse check() {
        String reason = slots.isDraining()
                ? "the service is stopping"
                : slots.isFull()
                        ? "the queue is full"
                        : !rootfs.isDirectory()
                                ? "missing folder of root file systems: " + rootfs
                                : data.exists() && data.getUsableSpace() < MIN_BYTES
                                        ? "less than 64 MiB are free on " + data
                                        : Shortage.recent().orElse("");
        var response = HealthCheckResponse.named("room")
                .withData("running", slots.running())
                .withData("waiting", slots.waiting());
        return reason.isEmpty()
                ? response.up().build()
                : response.down().withData("reason", reason).build();
    }
}
