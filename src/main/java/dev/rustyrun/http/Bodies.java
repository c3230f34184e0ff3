package dev.rustyrun.http;

import dev.rustyrun.engine.service.Budget;
import dev.rustyrun.engine.service.ServeConfig;
import dev.rustyrun.http.listen.RequestTracking;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.impl.RoutingContextInternal;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * Receives request bodies before a thread handles the request, so that no thread waits for a slow or incomplete body.
 * Archives are excluded: they are unpacked while they arrive.
 */
@Singleton
final class Bodies {

    private static final int AFTER_COUNT = 8_000;
    private static final Set<HttpMethod> WITHOUT_BODY = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);
    private static final String ARCHIVE = "application/x-tar";

    /** The number of copies of a body in memory: the bytes, the text, and the parsed objects. */
    private static final int TIMES = 4;

    private final Budget budget;
    private final long maxBytes;
    private final int maxSeconds;

    Bodies(
            ServeConfig config,
            Budget budget,
            @ConfigProperty(name = "quarkus.http.limits.max-body-size") MemorySize most) {
        this.budget = budget;
        this.maxBytes = most.asLongValue();
        this.maxSeconds = config.bodySeconds();
    }

    void register(@Observes Filters filters) {
        filters.register(this::take, AFTER_COUNT);
    }

    private void take(RoutingContext context) {
        HttpServerRequest request = context.request();
        boolean none = WITHOUT_BODY.contains(request.method());
        String type = request.getHeader("Content-Type");
        if (none || request.isEnded() || type != null && type.startsWith(ARCHIVE)) {
            RequestTracking.complete(context);
            context.next();
            return;
        }
        new Incoming(context).begin();
    }

    private final class Incoming {

        private final RoutingContext context;
        private final Buffer body = Buffer.buffer();
        private final Budget.Share share = budget.share();
        private final AtomicBoolean held = new AtomicBoolean(true);
        private boolean over;
        private long timer;

        Incoming(RoutingContext context) {
            this.context = context;
        }

        void begin() {
            HttpServerRequest request = context.request();
            timer = context.vertx()
                    .setTimer(
                            maxSeconds * 1000L,
                            late -> refuse(Problem.of(
                                    408, "request-timeout", "the body did not arrive within " + maxSeconds + " s")));
            request.handler(this::more);
            request.endHandler(end -> finish());
            request.exceptionHandler(gone -> {
                stop();
                giveBack();
            });
            context.addEndHandler(ended -> {
                stop();
                giveBack();
            });
            if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
                context.response().writeContinue();
            }
            request.resume();
        }

        private void more(Buffer piece) {
            if (over) {
                return;
            }
            if (body.length() + piece.length() > maxBytes) {
                refuse(Problem.of(413, "content-too-large", "the body has more than " + maxBytes + " bytes"));
                return;
            }
            if ((body.length() + piece.length()) * (long) TIMES > budget.max()) {
                refuse(Problem.of(
                        413,
                        "content-too-large",
                        "the body has more than " + budget.max() / TIMES
                                + " bytes, the maximum for this service's memory"));
                return;
            }
            if (!share.take(piece.length() * (long) TIMES)) {
                refuse(Problems.of(Budget.exhausted()));
                return;
            }
            body.appendBuffer(piece);
        }

        private void finish() {
            if (stop()) {
                RequestTracking.complete(context);
                ((RoutingContextInternal) context).setBody(body);
                context.next();
            }
        }

        private void giveBack() {
            if (held.getAndSet(false)) {
                share.release();
            }
        }

        private boolean stop() {
            boolean first = !over;
            over = true;
            context.vertx().cancelTimer(timer);
            return first;
        }

        private void refuse(Problem problem) {
            if (stop()) {
                problem.sendBy(context.response());
            }
        }
    }
}
