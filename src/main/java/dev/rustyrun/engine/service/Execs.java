package dev.rustyrun.engine.service;

import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.served.AttachedClient;
import dev.rustyrun.container.served.AttachedExchange;
import dev.rustyrun.container.served.CapturingExchange;
import dev.rustyrun.container.served.Exchange;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.RunningContainers;
import dev.rustyrun.container.watch.Clearing;
import dev.rustyrun.container.watch.Steps;
import dev.rustyrun.request.ExecRequest;
import dev.rustyrun.request.ExecTerminal;
import dev.rustyrun.request.InputRequest;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.spec.CapturedOutput;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.Spec;
import dev.rustyrun.spec.SpecValidator;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionStage;

/** Runs commands in running containers and waits for their end. */
@Singleton
public final class Execs {

    private final LaunchTools tools;
    private final Containers containers;
    private final Limits limits;
    private final QueuedLaunches queued;
    private final Clearing clearing;
    private final Budget budget;
    private final Steps steps;

    Execs(
            LaunchTools tools,
            Containers containers,
            Limits limits,
            QueuedLaunches queued,
            Clearing clearing,
            Budget budget,
            Steps steps) {
        this.steps = steps;
        this.budget = budget;
        this.tools = tools;
        this.containers = containers;
        this.limits = limits;
        this.queued = queued;
        this.clearing = clearing;
    }

    /**
     * Runs the request {@code body} in {@code container} until it ends or the client disconnects.
     *
     * @throws dev.rustyrun.request.FieldException when a field is invalid
     * @throws RefusedException when it is temporarily impossible
     */
    public CompletionStage<RunResult> run(ServedContainer container, byte[] body, Caller caller, Budget.Share share) {
        ContainerFolder folder = container.folder();
        ExecRequest request = new ExecRequest();
        InputRequest given = new InputRequest();
        RequestJson.read(body, request, given);
        byte[] input = given.bytes();
        int maxOutput = limits.policy().output("maxOutput", given.maxOutput());
        long timeoutMillis = limits.policy().timeoutMillis(request.timeoutSeconds());
        Spec spec = spec(folder, request, false);
        return queued.take(caller, queuedMicros -> {
            CapturedOutput output = new CapturedOutput(maxOutput, share::take);
            Outcome outcome = perform(folder, spec, new CapturingExchange(caller, input, output), timeoutMillis);
            return done(new RunResult(folder.id(), outcome, output, queuedMicros, false));
        });
    }

    /** An exec whose input and output are streamed to and from the client {@code name}. */
    public AttachedExec attached(String name, ClientSocket socket) {
        AttachedClient client = new AttachedClient(name, tools.linux(), budget, socket::sendText, socket::sendOutput);
        return new AttachedExec(this, steps, client);
    }

    /**
     * Runs the request {@code body}, the first message, with its complete input and output streamed to and from the
     * client.
     */
    CompletionStage<RunResult> attach(ServedContainer container, String body, AttachedClient client) {
        ContainerFolder folder = container.folder();
        ExecRequest request = new ExecRequest();
        ExecTerminal terminal = new ExecTerminal();
        RequestJson.read(body.getBytes(StandardCharsets.UTF_8), request, terminal);
        int rows = terminal.rows();
        int columns = terminal.columns();
        long timeoutMillis = limits.policy().longestTimeoutMillis(request.timeoutSeconds());
        Spec spec = spec(folder, request, terminal.isGiven());
        return queued.take(client, queuedMicros -> {
            AttachedExchange exchange = new AttachedExchange(client, terminal.isGiven(), rows, columns);
            Outcome outcome = perform(folder, spec, exchange, timeoutMillis);
            return done(RunResult.streamed(folder.id(), outcome, exchange.total(), queuedMicros));
        });
    }

    private Outcome perform(ContainerFolder folder, Spec spec, Exchange exchange, long timeoutMillis)
            throws InterruptedException {
        return containers.running().exec(folder, spec, exchange, timeoutMillis, clearing::clear);
    }

    private static QueuedLaunches.Done done(RunResult result) {
        return new QueuedLaunches.Done(result, () -> {});
    }

    private Spec spec(ContainerFolder folder, ExecRequest request, boolean terminal) {
        Spec spec = ResolvedSpec.of(
                request.in(RequestJson.readOwn(folder.resolved(), new LaunchRequest())),
                terminal,
                UserIds.of(folder.description()),
                RequestedLaunch.store(folder.resolved()));
        SpecValidator.check(spec);
        RunningContainers.checkExec();
        return spec;
    }
}
