package dev.rustyrun.http;

import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.ServedExecution;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.RunningContainers;
import dev.rustyrun.container.watch.Clearing;
import dev.rustyrun.launch.CapturedIo;
import dev.rustyrun.launch.Outcome;
import dev.rustyrun.launch.ServedStages;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Runs further commands in containers, which are waited for. */
@Singleton
final class Execs {

    private final LaunchTools tools;
    private final Containers containers;
    private final Turns turns;
    private final Clearing clearing;

    Execs(LaunchTools tools, Containers containers, Turns turns, Clearing clearing) {
        this.tools = tools;
        this.containers = containers;
        this.turns = turns;
        this.clearing = clearing;
    }

    /**
     * Runs what {@code request} asks for in {@code folder}'s container to its end, or until the caller has gone.
     *
     * @throws ProblemException when it is not allowed, or not now, or not by this program
     */
    CompletionStage<RunResult> run(ContainerFolder folder, ExecRequest request, Caller caller, Budget.Share share) {
        Spec spec = spec(folder, request, false);
        return take(folder, caller, (execution, stages, queuedMicros) -> {
            CapturedIo io =
                    new CapturedIo(tools.linux(), stages.pipes(), request.stdin(), request.maxOutput(), share::take);
            stages.speakingWith(io).speakingWith(caller.watching(tools.linux(), io));
            Outcome outcome = execution.run(spec, stages, request.timeoutMillis());
            return new RunResult(folder.id(), outcome, io, queuedMicros, false);
        });
    }

    /** The same with the caller at its input and output. */
    CompletionStage<RunResult> attach(ContainerFolder folder, AttachedExecRequest request, AttachedCaller caller) {
        Spec spec = spec(folder, request.exec(), request.tty());
        return take(folder, caller, (execution, stages, queuedMicros) -> {
            AttachedIo io = new AttachedIo(tools.linux(), stages.pipes(), caller, request.tty(), request.size());
            stages.speakingWith(io);
            Outcome outcome = execution.run(spec, stages, request.exec().timeoutMillis());
            return new RunResult(folder.id(), outcome, Optional.empty(), io.total(), queuedMicros, false);
        });
    }

    private Spec spec(ContainerFolder folder, ExecRequest request, boolean terminal) {
        Spec spec = ResolvedSpec.of(
                tools.linux(),
                request.in(LaunchRequest.of(folder.resolved())),
                terminal,
                UserIds.of(folder.description()));
        SpecValidator.check(spec);
        RunningContainers.checkExec();
        return spec;
    }

    private interface Work {
        RunResult run(ServedExecution execution, ServedStages stages, long queuedMicros);
    }

    private CompletionStage<RunResult> take(ContainerFolder folder, Client client, Work work) {
        return turns.take(client, queuedMicros -> {
            RunResult result = containers
                    .running()
                    .exec(folder, clearing::clear, (execution, stages) -> work.run(execution, stages, queuedMicros));
            return new Turns.Done(result, () -> {});
        });
    }
}
