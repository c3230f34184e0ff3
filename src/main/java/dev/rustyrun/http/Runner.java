package dev.rustyrun.http;

import dev.rustyrun.container.Launch;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.ServedLaunch;
import dev.rustyrun.container.watch.Clearing;
import dev.rustyrun.launch.CapturedIo;
import dev.rustyrun.launch.Outcome;
import dev.rustyrun.spec.Spec;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs commands that are waited for. */
@Singleton
final class Runner {

    private final LaunchTools tools;
    private final Specs specs;
    private final Limits limits;
    private final Turns turns;
    private final WarmPool warm;
    private final Clearing clearing;

    Runner(LaunchTools tools, Specs specs, Limits limits, Turns turns, WarmPool warm, Clearing clearing) {
        this.tools = tools;
        this.specs = specs;
        this.limits = limits;
        this.turns = turns;
        this.warm = warm;
        this.clearing = clearing;
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
            ServedLaunch begun = begin(launch);
            boolean ran = false;
            try {
                CapturedIo io =
                        new CapturedIo(tools.linux(), begun.pipes(), request.stdin(), request.maxOutput(), share::take);
                begun.speakingWith(io);
                begun.speakingWith(caller.watching(tools.linux(), io));
                Outcome outcome = begun.run(launch, timeoutMillis);
                RunResult result = new RunResult(begun.id(), outcome, io, queuedMicros, begun.isWarm());
                Turns.Done done = new Turns.Done(result, rest(result, request, begun));
                ran = true;
                return done;
            } finally {
                if (!ran) {
                    clearing.clear(begun::discard);
                }
            }
        });
    }

    private ServedLaunch begin(Launch launch) throws InterruptedException {
        Optional<ServedLaunch> waiting = warm.take(launch);
        return waiting.isPresent() ? waiting.get() : ServedLaunch.cold(launch, tools.spawner());
    }

    /** The caller need not wait for the log, either. */
    private static Runnable rest(RunResult result, RunRequest request, ServedLaunch ended) {
        AtomicBoolean logged = new AtomicBoolean();
        return () -> {
            if (!logged.getAndSet(true)) {
                LaunchLog.tell(
                        result.id(),
                        request.launch().rootfs(),
                        result.outcome().reason().word(),
                        result.outcome().exitCode(),
                        result.outcome().wallMicros() / 1000);
            }
            ended.discard();
        };
    }
}
