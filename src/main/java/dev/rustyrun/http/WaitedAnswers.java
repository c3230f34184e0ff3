package dev.rustyrun.http;

import dev.rustyrun.engine.service.Budget;
import dev.rustyrun.engine.service.Caller;
import dev.rustyrun.engine.service.RunResult;
import dev.rustyrun.http.access.Identity;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The responses to requests that wait for a command's end, without blocking a thread. The command is killed if the
 * client disconnects first, unless the request has an {@code Idempotency-Key}.
 */
@Singleton
final class WaitedAnswers {

    /** The maximum size of output that is rendered as one string. */
    private static final int MAX_AT_ONCE = 64 * 1024;

    /** The work for a request, with its caller and the share that counts its memory. */
    interface Work {
        CompletionStage<RunResult> begin(Caller caller, Budget.Share share);
    }

    private final IdempotencyKeys keys;
    private final Budget budget;

    WaitedAnswers(IdempotencyKeys keys, Budget budget) {
        this.keys = keys;
        this.budget = budget;
    }

    /**
     * The response with the result of {@code work}.
     *
     * @param operation the kind of request, for {@link IdempotencyKeys#once}
     * @param key the idempotency key, or null
     * @param context the request's context
     */
    CompletionStage<Response> answer(String operation, String key, byte[] body, RoutingContext context, Work work) {
        Budget.Share share = budget.share();
        boolean begun = false;
        try {
            CompletionStage<Response> answer = keys.once(Identity.of(context), operation, key, body, () -> {
                Caller caller = key == null ? Callers.of(context) : new Caller(Callers.nameOf(context));
                return work.begin(caller, share).thenApply(result -> answer(result, share));
            });
            begun = true;
            return ReturnedStage.of(answer.whenComplete((response, failure) -> {
                if (response != null && response.getEntity() instanceof LargeResult large) {
                    holdUntilSent(large.share(), context);
                }
                share.release();
            }));
        } finally {
            if (!begun) {
                share.release();
            }
        }
    }

    private static void holdUntilSent(Budget.Share share, RoutingContext context) {
        share.hold();
        AtomicBoolean held = new AtomicBoolean(true);
        Runnable release = () -> {
            if (held.getAndSet(false)) {
                share.release();
            }
        };
        context.addEndHandler(ended -> release.run());
        if (context.response().closed() || context.response().ended()) {
            release.run();
        }
    }

    private static Response answer(RunResult result, Budget.Share share) {
        if (result.isRefused()) {
            throw Budget.exhausted();
        }
        Optional<Problem> problem = RunResultJson.problem(result);
        if (problem.isPresent()) {
            return problem.get().response(RunResultJson.withProblem(result));
        }
        return result.kept() > MAX_AT_ONCE
                ? Response.ok(new LargeResult(result, share), MediaType.APPLICATION_JSON)
                        .build()
                : Response.ok(RunResultJson.withProblem(result).toString(), MediaType.APPLICATION_JSON)
                        .build();
    }
}
