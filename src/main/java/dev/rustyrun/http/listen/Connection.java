package dev.rustyrun.http.listen;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslHandler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * One connection: what its client must do next, and since when. A client that has shut down its sending side still gets
 * its response, but TCP does not show whether it still exists. Therefore the service sends it interim responses after a
 * moment, which every HTTP/1.1 client must skip; a client that has disconnected answers with a reset.
 */
final class Connection extends ChannelInboundHandlerAdapter {

    private static final byte[] INTERIM = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final long FIRST_PROBE_MILLIS = 1_000;
    private static final long[] PROBE_MILLIS = {200, 5_000};

    private enum State {
        /** Nothing of the next request has arrived. */
        IDLE,
        /** A part of the request's head has arrived, or the connection is new. */
        HEAD,
        /** The head has arrived, but not the complete body. */
        BODY,
        /** The request is being handled. */
        ANSWER
    }

    private final Channel channel;
    private final String peer;
    private final ConnectionLimits limits;
    private volatile State state = State.HEAD;
    private volatile long since = System.nanoTime();
    private volatile Optional<HttpServerRequest> request = Optional.empty();

    // Used only by the channel's thread.
    private long unsent;
    private long progress;
    private long unsentSince;
    private int probes;

    Connection(Channel channel, String peer, ConnectionLimits limits) {
        this.channel = channel;
        this.peer = peer;
        this.limits = limits;
    }

    /** The connection of a request; empty if it is not tracked. */
    static Optional<Connection> of(HttpServerRequest request) {
        return request.connection() instanceof ConnectionBase base
                ? Optional.ofNullable(base.channel().pipeline().get(Connection.class))
                : Optional.empty();
    }

    String peer() {
        return peer;
    }

    long since() {
        return since;
    }

    /** Whether it waits for its client to send something. */
    boolean isWaiting() {
        return state != State.ANSWER;
    }

    /**
     * Closes the connection at once and discards unsent data. A close at the pipeline's other end would let Vert.x and
     * TLS send that data first, and the client may never read it.
     */
    void close() {
        channel.eventLoop().execute(() -> {
            ChannelHandlerContext own = channel.pipeline().context(this);
            if (own == null) {
                channel.unsafe().closeForcibly();
            } else {
                own.close();
            }
        });
    }

    private void be(State next) {
        state = next;
        since = System.nanoTime();
    }

    /** The head of a request has arrived. */
    void hasHead(HttpServerRequest come) {
        request = Optional.of(come);
        be(State.BODY);
    }

    /** The request has arrived completely, or its handler reads the rest. */
    void hasRequest() {
        be(State.ANSWER);
        if (channel.isActive() && probes > 0) {
            channel.eventLoop().execute(this::probeLater);
        }
    }

    /** The response is complete. */
    void isAnswered() {
        request = Optional.empty();
        be(State.IDLE);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (state == State.IDLE) {
            be(State.HEAD);
        }
        context.fireChannelRead(message);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            probes = 1;
            // Requests that arrived earlier are handled first.
            boolean half = context.pipeline().get(SslHandler.class) == null && isAnswering();
            if (half) {
                probeLater();
            } else {
                channel.eventLoop().schedule(this::closeUnlessAnswering, FIRST_PROBE_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
        context.fireUserEventTriggered(event);
    }

    private boolean isAnswering() {
        return state == State.ANSWER || state == State.BODY && request.isPresent();
    }

    private void closeUnlessAnswering() {
        if (hasMore()) {
            channel.eventLoop().schedule(this::closeUnlessAnswering, FIRST_PROBE_MILLIS, TimeUnit.MILLISECONDS);
        } else if (!isAnswering()) {
            channel.close();
        }
    }

    /** Whether more requests have arrived that are not decoded yet. */
    private boolean hasMore() {
        Intake intake = channel.pipeline().get(Intake.class);
        return channel.isActive() && intake != null && intake.hasMore();
    }

    private void probeLater() {
        channel.eventLoop().schedule(this::probe, FIRST_PROBE_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void probe() {
        if (!channel.isActive()) {
            return;
        }
        Optional<HttpServerRequest> answered = request;
        if (state != State.ANSWER || answered.isEmpty()) {
            if (hasMore()) {
                probeLater();
            } else {
                channel.close();
            }
            return;
        }
        boolean begun = answered.get().response().headWritten();
        boolean isSending = begun && pending() > 0;
        if (begun && !isSending || answered.get().version() != HttpVersion.HTTP_1_1) {
            // In the middle of a response, no interim response can be sent.
            channel.close();
            return;
        }
        if (!begun) {
            channel.pipeline().context(this).writeAndFlush(Unpooled.wrappedBuffer(INTERIM));
        }
        probes++;
        channel.eventLoop().schedule(this::probe, PROBE_MILLIS[probes == 2 ? 0 : 1], TimeUnit.MILLISECONDS);
    }

    private long pending() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** Closes the connection if its client has exceeded a time limit. */
    void check(long now) {
        long seconds = (now - since) / 1_000_000_000;
        boolean late = state == State.HEAD && seconds >= limits.headerSeconds()
                || state == State.IDLE && seconds >= limits.idleSeconds();
        if (late) {
            close();
        } else if (state == State.ANSWER && channel.isRegistered()) {
            channel.eventLoop().execute(this::checkProgress);
        }
    }

    private void checkProgress() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        long waiting = buffer == null ? 0 : buffer.totalPendingWriteBytes();
        long done = buffer == null ? 0 : buffer.currentProgress();
        if (waiting == 0 || waiting != unsent || done != progress) {
            unsent = waiting;
            progress = done;
            unsentSince = System.nanoTime();
        } else if (System.nanoTime() - unsentSince > limits.stallSeconds() * 1_000_000_000L) {
            close();
        }
    }
}
