package dev.rustyrun.engine.service;

import dev.rustyrun.container.Launch;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.ServedLaunch;
import dev.rustyrun.container.files.LaunchFiles;
import dev.rustyrun.container.served.CapturingExchange;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.watch.Clearing;
import dev.rustyrun.engine.ServedImages;
import dev.rustyrun.request.FilesRequest;
import dev.rustyrun.request.InputRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.PlacedFile;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.request.Volume;
import dev.rustyrun.spec.CapturedOutput;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import jakarta.inject.Singleton;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/** Runs commands whose clients wait for the result. */
@Singleton
public final class Runner {

    private static final int MAX_FILES = 1000;

    private final LaunchTools tools;
    private final Specs specs;
    private final Limits limits;
    private final QueuedLaunches queued;
    private final WarmPool warm;
    private final Clearing clearing;
    private final ServedImages images;
    private final Containers containers;

    Runner(
            LaunchTools tools,
            Specs specs,
            Limits limits,
            QueuedLaunches queued,
            WarmPool warm,
            Clearing clearing,
            ServedImages images,
            Containers containers) {
        this.containers = containers;
        this.images = images;
        this.tools = tools;
        this.specs = specs;
        this.limits = limits;
        this.queued = queued;
        this.warm = warm;
        this.clearing = clearing;
    }

    /**
     * Runs the request {@code body} until the command ends or the client disconnects.
     *
     * @throws dev.rustyrun.request.FieldException when a field is invalid
     * @throws RefusedException when it is temporarily impossible
     */
    public CompletionStage<RunResult> run(byte[] body, Caller caller, Budget.Share share) {
        LaunchRequest request = new LaunchRequest();
        InputRequest given = new InputRequest();
        FilesRequest files = new FilesRequest();
        RequestJson.read(body, request, given, files);
        files.check(request, MAX_FILES);
        byte[] input = given.bytes();
        int maxOutput = limits.policy().output("maxOutput", given.maxOutput());
        long timeoutMillis = limits.policy().timeoutMillis(request.timeoutSeconds());
        LaunchRequest resolved = specs.resolve(request, timeoutMillis);
        Asked asked = new Asked(input, maxOutput, placed(files, share), files.outputs());
        if (request.image().isEmpty()) {
            return run(resolved, request.rootfs().orElseThrow(), asked, timeoutMillis, caller, share);
        }
        return images.ready(resolved, caller::onDisconnect)
                .thenCompose(image -> run(
                        resolved.inImage(image.digest(), image.command()),
                        request.image().orElseThrow(),
                        asked,
                        timeoutMillis,
                        caller,
                        share));
    }

    private CompletionStage<RunResult> run(
            LaunchRequest resolved, String origin, Asked asked, long timeoutMillis, Caller caller, Budget.Share share) {
        Spec spec = ResolvedSpec.of(resolved, false, specs.userIds(resolved));
        Launch launch =
                new Launch(tools.linux(), tools.self(), tools.store(), spec).reportingAttempts(containers.attempts());
        return queued.take(caller, queuedMicros -> {
            LaunchFiles files = files(asked, spec, resolved);
            if (!asked.files.isEmpty() || !asked.outputs.isEmpty()) {
                launch.withVisitor(files);
            }
            ServedLaunch begun = begin(launch);
            boolean ran = false;
            try (files) {
                CapturedOutput output = new CapturedOutput(asked.maxOutput, share::take);
                Outcome outcome = begun.run(launch, new CapturingExchange(caller, asked.input, output), timeoutMillis);
                if (outcome.reason() != Outcome.Reason.SETUP_FAILED) {
                    warm.used(launch);
                }
                RunResult result = new RunResult(begun.id(), outcome, output, queuedMicros, begun.isWarm())
                        .with(asked.outputs, files.outputs(maxOutputs(), share::take));
                QueuedLaunches.Done done = new QueuedLaunches.Done(result, rest(result, origin, begun));
                ran = true;
                return done;
            } finally {
                if (!ran) {
                    clearing.clear(begun::discard);
                }
            }
        });
    }

    /** The parts of a request besides the launch. */
    private record Asked(byte[] input, int maxOutput, List<LaunchFiles.Placed> files, List<String> outputs) {}

    /** The files of the request. Their decoded bytes count in addition to the request's own. */
    private static List<LaunchFiles.Placed> placed(FilesRequest asked, Budget.Share share) {
        List<LaunchFiles.Placed> placed = new ArrayList<>();
        for (PlacedFile file : asked.files()) {
            byte[] bytes = file.bytes();
            share.demand(bytes.length);
            placed.add(new LaunchFiles.Placed(file.path(), bytes, file.mode(), "files/" + placed.size()));
        }
        return placed;
    }

    private LaunchFiles files(Asked asked, Spec spec, LaunchRequest resolved) {
        return new LaunchFiles(
                tools.linux(),
                asked.files,
                asked.outputs,
                spec,
                resolved.memory().orElse(Long.MAX_VALUE),
                resolved.mounts().stream().map(Volume::source).toList());
    }

    private long maxOutputs() {
        return limits.policy().output().max().longValue();
    }

    private ServedLaunch begin(Launch launch) throws InterruptedException {
        Optional<ServedLaunch> waiting = warm.take(launch);
        return waiting.isPresent() ? waiting.get() : ServedLaunch.cold(launch, tools.spawner());
    }

    /** The work after the response, including the log line: the client need not wait for it. */
    private static Runnable rest(RunResult result, String rootfs, ServedLaunch ended) {
        AtomicBoolean logged = new AtomicBoolean();
        return () -> {
            if (!logged.getAndSet(true)) {
                LaunchLog.ended(
                        result.id(),
                        rootfs,
                        result.outcome().reason().word(),
                        result.outcome().exitCode(),
                        result.outcome().wallMicros() / 1000);
            }
            ended.discard();
        };
    }
}
