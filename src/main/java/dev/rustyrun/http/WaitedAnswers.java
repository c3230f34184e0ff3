package dev.rustyrun.http;

import dev.rustyrun.http.access.Identity;
import dev.rustyrun.linux.Linux;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.function.Function;

/**
 * The answers to requests that wait for a command's end. A caller who goes before that ends it, unless his request has an
 * {@code Idempotency-Key}.
 */
@Singleton
final class WaitedAnswers {

    private final Linux linux;
    private final IdempotencyKeys keys;

    WaitedAnswers(Linux linux, IdempotencyKeys keys) {
        this.linux = linux;
        this.keys = keys;
    }

    /**
     * The answer that tells what came of {@code work}.
     *
     * @param operation what is asked for, for {@link IdempotencyKeys#once}
     * @param key or null
     * @param context of the request, which says whose it is and what carries the answer
     */
    Response answer(
            String operation, String key, byte[] body, RoutingContext context, Function<Caller, RunResult> work) {
        return keys.once(Identity.of(context), operation, key, body, () -> {
            try (Caller caller = key == null ? Caller.of(linux, context.response()) : Caller.patient()) {
                return answer(work.apply(caller));
            }
        });
    }

    private static Response answer(RunResult result) {
        return result.problem()
                .map(problem -> problem.response(result.told()))
                .orElseGet(() -> Response.ok(result.told().toString(), MediaType.APPLICATION_JSON)
                        .build());
    }
}
