package dev.rustyrun.http;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Launch;
import dev.rustyrun.container.WarmLaunch;
import dev.rustyrun.launch.CapturedIo;
import dev.rustyrun.launch.Outcome;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.launch.ServedStages;
import dev.rustyrun.launch.StageSpawner;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Spec;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Runs commands that are waited for. */
@Singleton
final class Runner {

    private final Linux linux;
    private final SelfExec self;
    private final StageSpawner spawner;
    private final Specs specs;
    private final Limits limits;
    private final LaunchSlots slots;
    private final WarmPool warm;
    private final LaunchMetrics metrics;
    private final ContainerStore store;

    Runner(Linux linux, SelfExec self, StageSpawner spawner, Specs specs, Limits limits, LaunchSlots slots,
            WarmPool warm, LaunchMetrics metrics) {
        this.linux = linux;
        this.self = self;
        this.spawner = spawner;
        this.specs = specs;
        this.limits = limits;
        this.slots = slots;
        this.warm = warm;
        this.metrics = metrics;
        this.store = ContainerStore.of(linux);
    }

    /**
     * Runs what {@code request} asks for to its end.
     *
     * @throws ProblemException when it is not allowed, or not now
     */
    RunResult run(RunRequest request) {
        long timeoutMillis = limits.timeoutMillis(request.launch());
        Spec spec = ResolvedSpec.of(linux, specs.resolve(request.launch(), timeoutMillis), false);
        Launch launch = new Launch(linux, self, ContainerStore.of(linux), spec);
        long queuedMicros = slots.enter();
        try {
            Optional<WarmLaunch> begun = warm.take(launch);
            RunResult result = begun.isPresent() ? run(launch, begun.get(), request, timeoutMillis, queuedMicros)
                    : run(launch, spawner.start(), request, timeoutMillis, queuedMicros);
            metrics.count(result);
            LaunchLog.tell(result.id(), request.launch().rootfs(), result.outcome().reason().word(),
                    result.outcome().exitCode(), result.outcome().wallMicros() / 1000);
            return result;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy(503, "the service is stopping", 1).exception();
        } finally {
            slots.leave();
        }
    }

    private RunResult run(Launch launch, ServedStages stages, RunRequest request, long timeoutMillis, long queuedMicros) {
        CapturedIo io = new CapturedIo(linux, stages.pipes(), request.stdin(), request.maxOutput());
        String id = store.newId();
        try {
            Outcome outcome = launch.run(id, stages.speakingWith(io), false, timeoutMillis);
            return new RunResult(id, outcome, io, queuedMicros, false);
        } finally {
            stages.abandon();
        }
    }

    private RunResult run(Launch launch, WarmLaunch begun, RunRequest request, long timeoutMillis, long queuedMicros) {
        CapturedIo io = new CapturedIo(linux, begun.pipes(), request.stdin(), request.maxOutput());
        return new RunResult(begun.id(), begun.run(launch, io, timeoutMillis), io, queuedMicros, true);
    }
}
