package dev.rustyrun.http;

import dev.rustyrun.container.Launch;
import dev.rustyrun.container.WarmLaunch;
import dev.rustyrun.launch.CapturedIo;
import dev.rustyrun.launch.ServedStages;
import dev.rustyrun.spec.Spec;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Runs commands that are waited for. */
@Singleton
final class Runner {

    private final LaunchTools tools;
    private final Specs specs;
    private final Limits limits;
    private final Turns turns;
    private final WarmPool warm;

    Runner(LaunchTools tools, Specs specs, Limits limits, Turns turns, WarmPool warm) {
        this.tools = tools;
        this.specs = specs;
        this.limits = limits;
        this.turns = turns;
        this.warm = warm;
    }

    /**
     * Runs what {@code request} asks for to its end, or until the caller has gone.
     *
     * @throws ProblemException when it is not allowed, or not now
     */
    CompletionStage<RunResult> run(RunRequest request, Caller caller, Budget.Share share) {
        long timeoutMillis = limits.timeoutMillis(request.launch());
        LaunchRequest resolved = specs.resolve(request.launch(), timeoutMillis);
        Spec spec = ResolvedSpec.of(tools.linux(), resolved, false, specs.userIds(resolved));
        Launch launch = new Launch(tools.linux(), tools.self(), tools.store(), spec);
        return turns.take(caller, queuedMicros -> {
            Optional<WarmLaunch> begun = warm.take(launch);
            return begun.isPresent()
                    ? run(launch, begun.get(), request, caller, share, timeoutMillis, queuedMicros)
                    : run(launch, tools.spawner().start(), request, caller, share, timeoutMillis, queuedMicros);
        });
    }

    /** The caller need not wait for the log, either. */
    private static Turns.Done done(RunResult result, RunRequest request, Launch.Ended ended) {
        return new Turns.Done(result, () -> {
            LaunchLog.tell(
                    result.id(),
                    request.launch().rootfs(),
                    result.outcome().reason().word(),
                    result.outcome().exitCode(),
                    result.outcome().wallMicros() / 1000);
            ended.close();
        });
    }

    private Turns.Done run(
            Launch launch,
            ServedStages stages,
            RunRequest request,
            Caller caller,
            Budget.Share share,
            long timeoutMillis,
            long queuedMicros) {
        boolean ran = false;
        try {
            CapturedIo io =
                    new CapturedIo(tools.linux(), stages.pipes(), request.stdin(), request.maxOutput(), share::take);
            String id = tools.store().newId();
            stages.speakingWith(caller.watching(tools.linux(), io));
            Launch.Ended ended = launch.runToEnd(id, stages, false, timeoutMillis);
            ran = true;
            return done(new RunResult(id, ended.outcome(), io, queuedMicros, false), request, ended);
        } finally {
            if (!ran) {
                stages.abandon();
            }
        }
    }

    private Turns.Done run(
            Launch launch,
            WarmLaunch begun,
            RunRequest request,
            Caller caller,
            Budget.Share share,
            long timeoutMillis,
            long queuedMicros) {
        boolean ran = false;
        try {
            CapturedIo io =
                    new CapturedIo(tools.linux(), begun.pipes(), request.stdin(), request.maxOutput(), share::take);
            Launch.Ended ended = begun.run(launch, caller.watching(tools.linux(), io), timeoutMillis);
            ran = true;
            return done(new RunResult(begun.id(), ended.outcome(), io, queuedMicros, true), request, ended);
        } finally {
            if (!ran) {
                begun.discard();
            }
        }
    }
}
