package dev.rustyrun.http;

import dev.rustyrun.engine.service.LaunchListener;
import dev.rustyrun.engine.service.LaunchQueue;
import dev.rustyrun.engine.service.RunResult;
import dev.rustyrun.engine.service.WarmPool;
import dev.rustyrun.spec.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Counts launches with a waiting client: results, duration of each phase, and output. */
@Singleton
final class LaunchMetrics implements LaunchListener {

    private static final Duration[] STEPS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60)
    };

    private final Map<Outcome.Reason, Counter> launches = new EnumMap<>(Outcome.Reason.class);
    private final Counter warmLaunches;
    private final Counter outputBytes;
    private final Timer queued;
    private final Timer ran;

    LaunchMetrics(MeterRegistry registry, LaunchQueue slots, WarmPool warm) {
        for (Outcome.Reason reason : Outcome.Reason.values()) {
            launches.put(
                    reason,
                    Counter.builder("rustyrun.launches")
                            .tag("result", reason.word())
                            .description("Launches with a waiting client, by result")
                            .register(registry));
        }
        warmLaunches = Counter.builder("rustyrun.launches.warm")
                .description("Launches with a waiting client that used the warm pool")
                .register(registry);
        outputBytes = Counter.builder("rustyrun.output.bytes")
                .description("Bytes written by commands, stored or not")
                .register(registry);
        queued = timer(registry, "queue");
        ran = timer(registry, "run");
        registry.gauge("rustyrun.launches.running", slots, LaunchQueue::running);
        registry.gauge("rustyrun.launches.waiting", slots, LaunchQueue::waiting);
        registry.gauge("rustyrun.warm", warm, WarmPool::waiting);
    }

    private static Timer timer(MeterRegistry registry, String phase) {
        return Timer.builder("rustyrun.launch")
                .tag("phase", phase)
                .serviceLevelObjectives(STEPS)
                .description("Time that launches spent in the queue, and running")
                .register(registry);
    }

    @Override
    public void ended(RunResult result) {
        launches.get(result.outcome().reason()).increment();
        if (result.warm()) {
            warmLaunches.increment();
        }
        outputBytes.increment(result.written());
        queued.record(result.queuedMicros(), TimeUnit.MICROSECONDS);
        ran.record(result.outcome().wallMicros(), TimeUnit.MICROSECONDS);
    }
}
