package dev.rustyrun.http;

import dev.rustyrun.http.listen.Tunnel;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Forwards one request to a port of a container, and its response back, with backpressure in both directions. Runs only
 * on the event loop of the client's connection, which also handles the container's connection.
 */
final class PortExchange extends ChannelInboundHandlerAdapter {

    private static final int MAX_LINE = 8 * 1024;
    private static final int MAX_HEADERS = 32 * 1024;
    private static final int PIECE = 16 * 1024;
    /**
     * Accepts lines that end without a carriage return, because scripts write them. This is safe: no second response
     * can follow on the same connection.
     */
    private static final HttpDecoderConfig DECODING = new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE)
            .setMaxHeaderSize(MAX_HEADERS)
            .setMaxChunkSize(PIECE)
            .setStrictLineParsing(false);

    private static final int IDLE_SECONDS = 600;
    private static final int CHECK_SECONDS = 1;
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final String CODEC = "http";

    /**
     * The limits of an exchange.
     *
     * @param bytes maximum size of a body
     * @param bodySeconds maximum time until the next piece of a request body
     * @param answerSeconds maximum time from the last piece of the request body until the response begins
     */
    record Limits(long bytes, int bodySeconds, int answerSeconds) {}

    private enum State {
        CONNECTING,
        /** The response has not begun. */
        ASKING,
        ANSWERING,
        /** The connections are joined; no more HTTP follows. */
        JOINED,
        OVER
    }

    private final RoutingContext context;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private final PortAddress address;
    private final Limits limits;
    private final Drain drain;
    private final boolean upgrades;
    private final Runnable leave;
    private final Runnable stop = () -> execute(this::breakOff);

    private State state = State.CONNECTING;
    private Optional<Channel> server = Optional.empty();
    private boolean opening;
    private boolean requestSent;
    private long bodyBytes;
    private long progress;
    private boolean interim;
    private Optional<byte[]> switched = Optional.empty();

    /** @param leave runs once at the end, when no socket is being created for this exchange any more */
    PortExchange(RoutingContext context, PortAddress address, Limits limits, Drain drain, Runnable leave) {
        this.leave = leave;
        this.context = context;
        this.request = context.request();
        this.response = request.response();
        this.address = address;
        this.limits = limits;
        this.drain = drain;
        this.upgrades = asksForWebSocket(request);
        context.addEndHandler(ended -> over());
    }

    /**
     * RFC 6455, section 4.2.1. Requires upgrade in Connection, because otherwise an intermediate proxy may only have
     * forwarded the header.
     */
    private static boolean asksForWebSocket(HttpServerRequest request) {
        return "websocket".equalsIgnoreCase(request.getHeader(HttpHeaderNames.UPGRADE))
                && request.headers().getAll(HttpHeaderNames.CONNECTION).stream()
                        .flatMap(value -> Stream.of(value.split(",")))
                        .anyMatch(word -> HttpHeaderValues.UPGRADE.contentEqualsIgnoreCase(word.strip()))
                && request.getHeader(HttpHeaderNames.SEC_WEBSOCKET_KEY) != null
                && request.version() == io.vertx.core.http.HttpVersion.HTTP_1_1
                && request.method().name().equals("GET")
                && !hasBody(request);
    }

    private static boolean hasBody(HttpServerRequest request) {
        String length = request.getHeader(HttpHeaderNames.CONTENT_LENGTH);
        return request.getHeader(HttpHeaderNames.TRANSFER_ENCODING) != null || length != null && !length.equals("0");
    }

    RoutingContext context() {
        return context;
    }

    PortAddress address() {
        return address;
    }

    /** A thread begins to create a socket for this exchange. */
    void opening() {
        opening = true;
    }

    /** The socket was created or failed; returns whether the exchange still needs it. */
    boolean opened() {
        opening = false;
        if (state == State.OVER) {
            leave.run();
            return false;
        }
        return true;
    }

    /** {@code channel} is connecting; it is closed at the end of the exchange. */
    void connecting(Channel channel) {
        server = Optional.of(channel);
    }

    /** Whether nobody waits for a response any more. */
    boolean isOver() {
        return state == State.OVER;
    }

    /** Sends the request to {@code channel}, which is connected. */
    void begin(Channel channel) {
        if (state == State.OVER) {
            channel.close();
            return;
        }
        server = Optional.of(channel);
        state = State.ASKING;
        progress = System.nanoTime();
        channel.pipeline()
                .addLast(new IdleStateHandler(0, 0, IDLE_SECONDS))
                .addLast(CODEC, new HttpClientCodec(DECODING, false, false))
                .addLast(this);
        drain.whenOver(stop);
        HttpRequest head = new DefaultHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.valueOf(request.method().name()),
                address.target(),
                PortHeaders.in(request, address, upgrades));
        channel.write(head);
        if (request.isEnded()) {
            sendEnd();
        } else {
            channel.flush();
            if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaderNames.EXPECT))) {
                response.writeContinue();
            }
            request.exceptionHandler(gone -> over());
            request.endHandler(end -> sendEnd());
            request.handler(this::send);
            request.resume();
        }
        checkLater();
    }

    private void execute(Runnable work) {
        Tunnel.channelOf(request).eventLoop().execute(work);
    }

    private void send(Buffer piece) {
        bodyBytes += piece.length();
        if (state != State.ASKING && state != State.ANSWERING) {
            return;
        }
        if (bodyBytes > limits.bytes()) {
            fail(Problem.of(413, "content-too-large", "the body has more than " + limits.bytes() + " bytes"));
            return;
        }
        progress = System.nanoTime();
        Channel channel = server.orElseThrow();
        channel.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(piece.getBytes())));
        if (!channel.isWritable()) {
            request.pause();
        }
    }

    private void sendEnd() {
        requestSent = true;
        progress = System.nanoTime();
        server.ifPresent(channel -> channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT));
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext own) {
        if (own.channel().isWritable() && !requestSent) {
            progress = System.nanoTime();
            request.resume();
        }
        own.fireChannelWritabilityChanged();
    }

    private void checkLater() {
        server.orElseThrow().eventLoop().schedule(this::check, CHECK_SECONDS, TimeUnit.SECONDS);
    }

    private void check() {
        if (state != State.ASKING) {
            return;
        }
        boolean waitsForClient = !requestSent && server.orElseThrow().isWritable();
        int most = waitsForClient ? limits.bodySeconds() : limits.answerSeconds();
        if (System.nanoTime() - progress < most * 1_000_000_000L) {
            checkLater();
        } else if (waitsForClient) {
            fail(Problem.of(408, "request-timeout", "no more data of the body arrived within " + most + " s"));
        } else {
            fail(wrong(504, "port-timeout", "did not answer within " + most + " s"));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext own, Object message) {
        try {
            if (state == State.ASKING && message instanceof HttpResponse head) {
                readHead(head);
            } else if (message instanceof HttpContent piece) {
                readPiece(piece);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void readHead(HttpResponse head) {
        int status = head.status().code();
        interim = status >= 100 && status < 200;
        if (head.decoderResult().isFailure()
                || status < 100
                || status > 599
                || status == SWITCHING_PROTOCOLS && !upgrades) {
            fail(garbage());
        } else if (status == SWITCHING_PROTOCOLS) {
            switched = Optional.of(switchHead(head));
        } else if (!interim) {
            try {
                answer(head, status);
            } catch (IllegalArgumentException e) {
                fail(garbage());
            }
        }
    }

    private Problem garbage() {
        return wrong(502, "port-garbage", "did not answer with HTTP/1.1");
    }

    private Problem closed() {
        return wrong(502, "port-closed", "closed the connection before the end of its response");
    }

    private Problem wrong(int status, String type, String what) {
        return Problem.of(status, type, "the server at port " + address.port() + " of the container " + what);
    }

    private void answer(HttpResponse head, int status) {
        response.setStatusCode(status);
        PortHeaders.out(head.headers(), response.headers(), address, PortHeaders.hostOf(request));
        String length = head.headers().get(HttpHeaderNames.CONTENT_LENGTH);
        boolean isEmpty =
                status == 204 || status == 304 || request.method().name().equals("HEAD");
        if (length != null && !head.headers().contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            response.putHeader(HttpHeaderNames.CONTENT_LENGTH, length);
        } else if (!isEmpty) {
            response.setChunked(true);
        }
        if (closes()) {
            response.putHeader(HttpHeaderNames.CONNECTION, "close");
        }
        state = State.ANSWERING;
    }

    /**
     * Whether the client's connection cannot be reused after the response: request data may still follow, or only
     * closing the connection ends the response.
     */
    private boolean closes() {
        return !requestSent
                || request.getHeader(HttpHeaderNames.UPGRADE) != null
                || request.version() == io.vertx.core.http.HttpVersion.HTTP_1_0;
    }

    private void readPiece(HttpContent piece) {
        boolean last = piece instanceof LastHttpContent;
        if (piece.decoderResult().isFailure()) {
            fail(garbage());
        } else if (interim) {
            interim = !last;
            if (last && switched.isPresent()) {
                join(switched.get());
            }
        } else if (state == State.ANSWERING) {
            forward(piece, last);
        }
    }

    private void forward(HttpContent piece, boolean last) {
        Channel channel = server.orElseThrow();
        if (piece.content().isReadable()) {
            response.write(Buffer.buffer(ByteBufUtil.getBytes(piece.content())));
        }
        if (last) {
            boolean closes = "close".equals(response.headers().get(HttpHeaderNames.CONNECTION));
            response.end().onComplete(sent -> {
                if (closes) {
                    request.connection().close();
                }
            });
            over();
        } else if (response.writeQueueFull()) {
            channel.config().setAutoRead(false);
            response.drainHandler(drained -> channel.config().setAutoRead(true));
        }
    }

    /** Sends the head of a response even if its body has not arrived yet. */
    @Override
    public void channelReadComplete(ChannelHandlerContext own) {
        if (state == State.ANSWERING && !response.headWritten()) {
            response.write(Buffer.buffer());
        }
        own.fireChannelReadComplete();
    }

    private byte[] switchHead(HttpResponse head) {
        MultiMap headers = MultiMap.caseInsensitiveMultiMap();
        PortHeaders.out(head.headers(), headers, address, PortHeaders.hostOf(request));
        StringBuilder text =
                new StringBuilder("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n");
        for (Map.Entry<String, String> header : headers) {
            text.append(header.getKey()).append(": ").append(header.getValue()).append("\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private void join(byte[] head) {
        Channel channel = server.orElseThrow();
        state = State.JOINED;
        if (Tunnel.join(request, head, channel)) {
            channel.pipeline().remove(this);
            // Bytes of the new protocol that the codec has already read are passed on when it is removed.
            channel.pipeline().remove(CODEC);
        } else {
            breakOff();
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext own, Object event) {
        if (event instanceof IdleStateEvent) {
            own.close();
        }
        own.fireUserEventTriggered(event);
    }

    @Override
    public void channelInactive(ChannelHandlerContext own) {
        if (state == State.ASKING || state == State.ANSWERING) {
            fail(closed());
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext own, Throwable cause) {
        own.close();
    }

    /**
     * Responds with a problem. If the response has already begun, the connection is cut, so that the client does not
     * take the response for complete.
     */
    void fail(Problem problem) {
        if (state == State.OVER) {
            return;
        }
        if (response.headWritten() || state == State.JOINED) {
            breakOff();
            return;
        }
        over();
        if (!response.closed()) {
            response.headers().clear();
            PortProxy.refuse(request, problem);
        }
    }

    /** Cuts both connections, so that the client does not take a partial response for complete. */
    private void breakOff() {
        over();
        Tunnel.cut(request);
    }

    private void over() {
        state = State.OVER;
        drain.forget(stop);
        server.ifPresent(Channel::close);
        if (!opening) {
            leave.run();
        }
    }
}
