package dev.rustyrun.http;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.cgroup.CgroupException;
import dev.rustyrun.container.ContainerStore;
import dev.rustyrun.container.ServedExecution;
import dev.rustyrun.launch.CapturedIo;
import dev.rustyrun.launch.SelfExec;
import dev.rustyrun.launch.ServedStages;
import dev.rustyrun.launch.StageSpawner;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Runs further commands in containers, which are waited for. */
@Singleton
final class Execs {

    private static final int NOT_IMPLEMENTED = 501;

    private final Linux linux;
    private final SelfExec self;
    private final StageSpawner spawner;
    private final Containers containers;
    private final LaunchSlots slots;
    private final LaunchMetrics metrics;
    private final ContainerStore store;

    Execs(Linux linux, SelfExec self, StageSpawner spawner, Containers containers, LaunchSlots slots, LaunchMetrics metrics) {
        this.linux = linux;
        this.self = self;
        this.spawner = spawner;
        this.containers = containers;
        this.slots = slots;
        this.metrics = metrics;
        this.store = ContainerStore.of(linux);
    }

    /**
     * Runs what {@code request} asks for in {@code folder}'s container to its end.
     *
     * @throws ProblemException when it is not allowed, or not now, or not by this program
     */
    RunResult run(ContainerFolder folder, ExecRequest request) {
        Spec spec = ResolvedSpec.of(linux, request.in(folder.resolved()), false);
        SpecValidator.check(spec);
        if (!SelfExec.isNativeImage()) {
            throw Problem.of(NOT_IMPLEMENTED, "needs-native", "exec needs the native binary: a JVM has several threads, and the"
                    + " kernel lets only a process with one thread join a mount namespace").exception();
        }
        long queuedMicros = slots.enter();
        try (ServedExecution execution = containers.awaitMade(folder, () -> begin(folder))) {
            RunResult result = run(folder, execution, spec, request, queuedMicros);
            metrics.count(result);
            return result;
        } catch (LinuxException | CgroupException e) {
            throw store.running(folder.id()).isPresent() ? e
                    : Problem.conflict("the container has ended in the meantime").exception();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.busy(503, "the service is stopping", 1).exception();
        } finally {
            slots.leave();
        }
    }

    private Optional<ServedExecution> begin(ContainerFolder folder) {
        if (containers.cgroup(folder).map(Cgroup::isFrozen).orElse(false)) {
            throw Problem.conflict("the container is paused; resume it first").exception();
        }
        return ServedExecution.in(linux, self, store, folder.id());
    }

    private RunResult run(ContainerFolder folder, ServedExecution execution, Spec spec, ExecRequest request,
            long queuedMicros) throws InterruptedException {
        ServedStages stages = spawner.start();
        CapturedIo io = new CapturedIo(linux, stages.pipes(), request.stdin(), request.maxOutput());
        try {
            return new RunResult(folder.id(), execution.run(spec, stages.speakingWith(io), request.timeoutMillis()), io,
                    queuedMicros, false);
        } finally {
            stages.abandon();
        }
    }
}
