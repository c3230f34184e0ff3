package dev.rustyrun.http;

import dev.rustyrun.engine.service.AnswerSteps;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.core.ResteasyReactiveRequestContext;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerHttpResponse;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/** Sends {@link StreamedAnswer}s. */
@Provider
public class StreamedAnswerWriter implements ServerMessageBodyWriter<StreamedAnswer> {

    private final AnswerSteps steps;

    StreamedAnswerWriter(AnswerSteps steps) {
        this.steps = steps;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, ResteasyReactiveResourceInfo target, MediaType media) {
        return StreamedAnswer.class.isAssignableFrom(type);
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType media) {
        return StreamedAnswer.class.isAssignableFrom(type);
    }

    @Override
    public void writeResponse(StreamedAnswer answer, Type generic, ServerRequestContext context) {
        ResteasyReactiveRequestContext request = (ResteasyReactiveRequestContext) context;
        request.suspend();
        context.serverResponse().setChunked(true);
        Sending sending = new Sending(answer, request, context.serverResponse());
        Runnable step = steps.wakeable(sending::step);
        sending.wake = step;
        answer.wake = step;
        request.unwrap(RoutingContext.class).addEndHandler(ended -> step.run());
        step.run();
    }

    @Override
    public void writeTo(
            StreamedAnswer answer,
            Class<?> type,
            Type generic,
            Annotation[] annotations,
            MediaType media,
            MultivaluedMap<String, Object> headers,
            OutputStream out)
            throws IOException {
        throw new IOException("a streamed answer is not written to a stream");
    }

    /** A response in transit. Its steps never run on two threads at the same time. */
    private static final class Sending {

        private final StreamedAnswer answer;
        private final ResteasyReactiveRequestContext request;
        private final ServerHttpResponse response;
        private Runnable wake = () -> {};
        private boolean begun;
        private boolean ended;
        private volatile boolean underWay;
        private volatile boolean broken;

        Sending(StreamedAnswer answer, ResteasyReactiveRequestContext request, ServerHttpResponse response) {
            this.answer = answer;
            this.request = request;
            this.response = response;
        }

        void step() {
            if (ended) {
                return;
            }
            if (broken || response.closed()) {
                end();
                return;
            }
            if (underWay) {
                return;
            }
            boolean continues = false;
            try {
                if (!begun) {
                    begun = true;
                    answer.begin();
                }
                byte[] piece = answer.next();
                if (piece == StreamedAnswer.END) {
                    response.end();
                    end();
                } else if (piece != StreamedAnswer.NOTHING_YET) {
                    send(piece);
                }
                continues = true;
            } catch (IOException e) {
                // The connection is closed, so that the client sees that the response is incomplete.
                continues = false;
            } finally {
                if (!continues) {
                    request.serverRequest().closeConnection();
                    end();
                }
            }
        }

        private void send(byte[] piece) {
            underWay = true;
            response.write(piece).whenComplete((sent, failure) -> {
                broken |= failure != null;
                underWay = false;
                wake.run();
            });
        }

        private void end() {
            ended = true;
            try {
                answer.end();
            } finally {
                request.resume();
            }
        }
    }
}
