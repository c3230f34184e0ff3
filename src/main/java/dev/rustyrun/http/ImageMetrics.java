package dev.rustyrun.http;

import dev.rustyrun.engine.ServedImages;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** Counts pulls by result, and running pulls. */
@Singleton
final class ImageMetrics {

    void start(@Observes StartupEvent event, MeterRegistry registry, ServedImages images) {
        count(registry, images, "pulled", ServedImages::pulled);
        count(registry, images, "failed", ServedImages::failed);
        registry.gauge("rustyrun.image.pulls.running", images, ServedImages::pulling);
    }

    private static void count(
            MeterRegistry registry,
            ServedImages images,
            String result,
            java.util.function.ToDoubleFunction<ServedImages> number) {
        FunctionCounter.builder("rustyrun.image.pulls", images, number)
                .tag("result", result)
                .description("Images that were pulled or unpacked, by result")
                .register(registry);
    }
}
