package dev.rustyrun.http.listen;

import dev.rustyrun.http.Problem;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Sits between Netty's decoder and Vert.x in each connection of each port. If {@link HttpSyntax} rejects a request, the
 * response is a problem, the request reaches neither Vert.x nor a resource, and the connection is closed.
 */
final class StrictHttp extends ChannelDuplexHandler {

    private static final String NAME = "strict";
    private static final String TLS = "ssl";
    private static final String WEB_SOCKET_DECODER = "wsdecoder";
    /** How long further input is read and discarded: closing the connection earlier might lose the response. */
    private static final long LINGER_SECONDS = 2;

    private final Intake intake;
    private int open;
    private Optional<Problem> objection = Optional.empty();

    private StrictHttp(Intake intake) {
        this.intake = intake;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        intake.decoded();
        if (objection.isPresent()) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof HttpRequest request) {
            objection = HttpSyntax.objection(request);
            if (objection.isPresent()) {
                ReferenceCountUtil.release(message);
                answerInTurn(context);
                return;
            }
            // Removes every upgrade except web sockets, such as h2c: this handler could not check what follows an
            // upgrade.
            if (!"websocket".equalsIgnoreCase(request.headers().get(HttpHeaderNames.UPGRADE))) {
                request.headers().remove(HttpHeaderNames.UPGRADE);
            }
            open++;
        }
        if (message instanceof LastHttpContent) {
            // The next request is decoded after this one has been answered.
            intake.hold();
        }
        context.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        boolean begins = message instanceof HttpResponse response
                && response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                && response.status().code() != HttpResponseStatus.SWITCHING_PROTOCOLS.code();
        if (message instanceof HttpResponse response
                && response.status().code() == HttpResponseStatus.SWITCHING_PROTOCOLS.code()) {
            Intake.decodeOneByOne(context.pipeline(), WEB_SOCKET_DECODER);
            context.pipeline().addAfter(NAME, "frames", new FrameRate(intake));
            // Released by {@link SocketOpening}.
            intake.hold();
        }
        context.write(message, promise);
        if (message instanceof LastHttpContent && !begins) {
            open--;
            intake.release();
            if (objection.isPresent()) {
                answerInTurn(context);
            }
        }
    }

    /** Responds with the problem, after the responses to earlier requests on the same connection. */
    private void answerInTurn(ChannelHandlerContext context) {
        if (open > 0) {
            return;
        }
        Problem problem = objection.orElseThrow();
        byte[] body = problem.json().toString().getBytes(StandardCharsets.UTF_8);
        DefaultFullHttpResponse answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(problem.status()), Unpooled.wrappedBuffer(body));
        answer.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length)
                .set(HttpHeaderNames.CONNECTION, "close");
        context.writeAndFlush(answer).addListener(done -> {
            if (context.pipeline().get(TLS) == null && context.channel() instanceof DuplexChannel channel) {
                channel.shutdownOutput();
            }
            context.executor().schedule(() -> context.close(), LINGER_SECONDS, TimeUnit.SECONDS);
        });
    }

    /**
     * Inserts {@link StrictHttp} into the pipeline. Vert.x adds the handlers of a connection in steps, the last one
     * after the TLS handshake; until then no decrypted data passes.
     */
    static final class Placer extends ChannelInboundHandlerAdapter {

        private static final String DECODER = "httpDecoder";
        private static final String ENCODER = "httpEncoder";

        /**
         * The HTTP/2 preface begins with {@code PRI} and a space, which is as long, and no HTTP/1 method begins like
         * that.
         */
        private static final int MAX_UNDECIDED = 4;

        private final boolean decrypted;
        private int passed;

        private Placer(boolean decrypted) {
            this.decrypted = decrypted;
        }

        static Placer first() {
            return new Placer(false);
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var pipeline = context.pipeline();
            if (!decrypted && pipeline.get(TLS) != null) {
                pipeline.addAfter(TLS, NAME + "-placer", new Placer(true));
                pipeline.remove(this);
                context.fireChannelRead(message);
                return;
            }
            ByteBuf bytes = (ByteBuf) message;
            try {
                // If HTTP/2 is enabled, as Quarkus does on the management port, the first bytes determine the decoder.
                while (pipeline.get(DECODER) == null && bytes.isReadable()) {
                    if (passed == MAX_UNDECIDED) {
                        context.close();
                        return;
                    }
                    passed++;
                    context.fireChannelRead(bytes.readRetainedSlice(1));
                }
                if (pipeline.get(DECODER) != null) {
                    Intake intake = new Intake();
                    intake.guard(pipeline, DECODER);
                    pipeline.addAfter(ENCODER, NAME, new StrictHttp(intake));
                    pipeline.remove(this);
                    context.fireChannelRead(bytes.retain());
                }
            } finally {
                bytes.release();
            }
        }
    }
}
