package dev.rustyrun.http.listen;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Limits the rate of small web socket frames: a burst, and then a fixed number per second. Further frames wait in the
 * kernel. Large frames are limited by the space for input that a command has not accepted. Used only by the channel's
 * thread.
 */
final class FrameRate extends ChannelInboundHandlerAdapter {

    private static final int BURST = 2_000;
    private static final int IN_A_SECOND = 1_000;
    private static final int SMALL_BYTES = 1_024;
    private static final long PAUSE_MILLIS = 50;

    private final Intake intake;
    private double free = BURST;
    private long since = System.nanoTime();
    private boolean waits;
    private Optional<PingWebSocketFrame> unanswered = Optional.empty();

    FrameRate(Intake intake) {
        this.intake = intake;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof WebSocketFrame frame && frame.content().readableBytes() < SMALL_BYTES) {
            take(context);
        }
        if (message instanceof PingWebSocketFrame ping && !context.channel().isWritable()) {
            // Of several unanswered pings only the last one must be answered; RFC 6455, section 5.5.3.
            forget();
            unanswered = Optional.of(ping);
        } else {
            context.fireChannelRead(message);
        }
    }

    private void take(ChannelHandlerContext context) {
        long now = System.nanoTime();
        free = Math.min(BURST, free + (now - since) * 1e-9 * IN_A_SECOND) - 1;
        since = now;
        if (free < 1 && !waits) {
            waits = true;
            intake.hold();
            context.executor()
                    .schedule(
                            () -> {
                                waits = false;
                                intake.release();
                            },
                            PAUSE_MILLIS,
                            TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.fireChannelWritabilityChanged();
        if (context.channel().isWritable() && unanswered.isPresent()) {
            PingWebSocketFrame ping = unanswered.get();
            unanswered = Optional.empty();
            context.fireChannelRead(ping);
            context.fireChannelReadComplete();
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        forget();
    }

    private void forget() {
        unanswered.ifPresent(PingWebSocketFrame::release);
        unanswered = Optional.empty();
    }
}
