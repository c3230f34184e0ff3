package dev.rustyrun.http;

import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.Launch;
import dev.rustyrun.container.WarmLaunch;
import dev.rustyrun.launch.CapturedIo;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.launch.ServedStages;
import dev.rustyrun.launch.StageSpawner;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.Spec;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jboss.logging.Logger;

/** Runs commands that are waited for. */
@Singleton
final class Runner {

    private static final Logger LOG = Logger.getLogger(Runner.class);

    private final Linux linux;
    private final SelfExec self;
    private final StageSpawner spawner;
    private final Specs specs;
    private final Limits limits;
    private final LaunchSlots slots;
    private final WarmPool warm;
    private final LaunchMetrics metrics;
    private final ContainerStore store;
    /** As many threads as launches end at the same time, of which there are no more than turns. */
    private final Executor clearing = Executors.newCachedThreadPool(work -> {
        Thread made = new Thread(work, "clearing");
        made.setDaemon(true);
        return made;
    });

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
            return begun.isPresent() ? run(launch, begun.get(), request, timeoutMillis, queuedMicros)
                    : run(launch, spawner.start(), request, timeoutMillis, queuedMicros);
        } catch (InterruptedException e) {
            slots.leave();
            Thread.currentThread().interrupt();
            throw Problem.busy(503, "the service is stopping", 1).exception();
        } catch (RuntimeException e) {
            slots.leave();
            throw e;
        }
    }

    private RunResult run(Launch launch, ServedStages stages, RunRequest request, long timeoutMillis, long queuedMicros) {
        CapturedIo io = new CapturedIo(linux, stages.pipes(), request.stdin(), request.maxOutput());
        String id = store.newId();
        try {
            Launch.Ended ended = launch.runToEnd(id, stages.speakingWith(io), false, timeoutMillis);
            return tell(new RunResult(id, ended.outcome(), io, queuedMicros, false), request, ended);
        } catch (RuntimeException e) {
            stages.abandon();
            throw e;
        }
    }

    private RunResult run(Launch launch, WarmLaunch begun, RunRequest request, long timeoutMillis, long queuedMicros) {
        CapturedIo io = new CapturedIo(linux, begun.pipes(), request.stdin(), request.maxOutput());
        Launch.Ended ended = begun.run(launch, io, timeoutMillis);
        return tell(new RunResult(begun.id(), ended.outcome(), io, queuedMicros, true), request, ended);
    }

    /** What is left of the container is taken away while its caller reads the answer; its turn ends only then. */
    private RunResult tell(RunResult result, RunRequest request, Launch.Ended ended) {
        clearing.execute(() -> clear(result.id(), ended));
        metrics.count(result);
        LaunchLog.tell(result.id(), request.launch().rootfs(), result.outcome().reason().word(),
                result.outcome().exitCode(), result.outcome().wallMicros() / 1000);
        return result;
    }

    private void clear(String id, Launch.Ended ended) {
        try {
            ended.close();
        } catch (RuntimeException e) {
            LOG.warnf("what is left of container %s is there until it is collected: %s", id, e.getMessage());
        } finally {
            slots.leave();
        }
    }
}
