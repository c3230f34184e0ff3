package dev.rustyrun.http;

import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.ServedExecution;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.RunningContainers;
import dev.rustyrun.container.watch.Clearing;
import dev.rustyrun.request.ExecRequest;
import dev.rustyrun.request.ExecTerminal;
import dev.rustyrun.request.InputRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import dev.rustyrun.stage.CapturedIo;
import dev.rustyrun.stage.Outcome;
import dev.rustyrun.stage.ServedStages;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Runs commands in running containers and waits for their end. */
@Singleton
final class Execs {

    private final LaunchTools tools;
    private final Containers containers;
    private final Limits limits;
    private final QueuedLaunches queued;
    private final Clearing clearing;

    Execs(LaunchTools tools, Containers containers, Limits limits, QueuedLaunches queued, Clearing clearing) {
        this.tools = tools;
        this.containers = containers;
        this.limits = limits;
        this.queued = queued;
        this.clearing = clearing;
    }

    /**
     * Runs the request {@code body} in {@code folder}'s container until it ends or the client disconnects.
     *
     * @throws dev.rustyrun.request.FieldException when a field is invalid
     * @throws ProblemException when it is not allowed, temporarily impossible, or not supported by this executable
     */
    CompletionStage<RunResult> run(ContainerFolder folder, byte[] body, Caller caller, Budget.Share share) {
        ExecRequest request = new ExecRequest();
        InputRequest given = new InputRequest();
        RequestJson.read(body, request, given);
        byte[] input = given.bytes();
        int maxOutput = limits.policy().output("maxOutput", given.maxOutput());
        long timeoutMillis = limits.policy().timeoutMillis(request.timeoutSeconds());
        Spec spec = spec(folder, request, false);
        return take(folder, caller, (execution, stages, queuedMicros) -> {
            CapturedIo io = new CapturedIo(tools.linux(), stages.pipes(), input, maxOutput, share::take);
            stages.speakingWith(io).speakingWith(caller.watching(tools.linux(), io));
            Outcome outcome = execution.run(spec, stages, timeoutMillis);
            return new RunResult(folder.id(), outcome, io, queuedMicros, false);
        });
    }

    /**
     * Runs the request {@code body}, the first message, with its complete input and output streamed to and from the
     * client.
     */
    CompletionStage<RunResult> attach(ContainerFolder folder, String body, AttachedCaller caller) {
        ExecRequest request = new ExecRequest();
        ExecTerminal terminal = new ExecTerminal();
        RequestJson.read(body.getBytes(StandardCharsets.UTF_8), request, terminal);
        int rows = terminal.rows();
        int columns = terminal.columns();
        long timeoutMillis = limits.policy().longestTimeoutMillis(request.timeoutSeconds());
        Spec spec = spec(folder, request, terminal.isGiven());
        return take(folder, caller, (execution, stages, queuedMicros) -> {
            AttachedIo io = new AttachedIo(tools.linux(), stages.pipes(), caller, terminal.isGiven(), rows, columns);
            stages.speakingWith(io);
            Outcome outcome = execution.run(spec, stages, timeoutMillis);
            return new RunResult(folder.id(), outcome, Optional.empty(), io.total(), queuedMicros, false);
        });
    }

    private Spec spec(ContainerFolder folder, ExecRequest request, boolean terminal) {
        Spec spec = ResolvedSpec.of(
                tools.linux(),
                request.in(RequestJson.readOwn(folder.resolved(), new LaunchRequest())),
                terminal,
                UserIds.of(folder.description()),
                RequestedLaunch.store(folder.resolved()));
        SpecValidator.check(spec);
        RunningContainers.checkExec();
        return spec;
    }

    private interface Work {
        RunResult run(ServedExecution execution, ServedStages stages, long queuedMicros);
    }

    private CompletionStage<RunResult> take(ContainerFolder folder, Client client, Work work) {
        return queued.take(client, queuedMicros -> {
            RunResult result = containers
                    .running()
                    .exec(folder, clearing::clear, (execution, stages) -> work.run(execution, stages, queuedMicros));
            return new QueuedLaunches.Done(result, () -> {});
        });
    }
}
