package dev.rustyrun.http.listen;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Stands before the decoder of a connection and lets it decode one piece at a time, a few of them in a turn: the connections
 * of a thread take turns, however much one of them sends. While it is held, nothing is decoded, and soon nothing is read: what
 * waits is then in the kernel, and a few kilobytes of it here. Of the channel's thread.
 */
final class Intake extends ChannelInboundHandlerAdapter {

    private static final String NAME = "intake";
    private static final int PIECES_OF_A_TURN = 16;
    /** While a request is worked on, its connection is read a little further: so it is seen when the client disconnects. */
    private static final int MAX_AHEAD = 8 * 1024;

    private final Deque<ByteBuf> waiting = new ArrayDeque<>(2);
    private int waitingBytes;
    private Optional<ChannelHandlerContext> place = Optional.empty();
    private Optional<Object> shutdown = Optional.empty();
    private int holds;
    private boolean turnIsOver;
    private boolean turnIsDue;
    private boolean paused;
    private boolean decoded;
    /** Whether the decoder may have more than it has decoded. */
    private boolean undecoded;

    /** Places itself before a decoder. */
    void guard(ChannelPipeline pipeline, String decoder) {
        decodeOneByOne(pipeline, decoder);
        pipeline.addBefore(decoder, NAME, this);
    }

    /** Another decoder has come into the place of the first one. */
    static void decodeOneByOne(ChannelPipeline pipeline, String decoder) {
        ((ByteToMessageDecoder) pipeline.get(decoder)).setSingleDecode(true);
    }

    /** The decoder has given something on. */
    void decoded() {
        decoded = true;
    }

    /** Nothing more is decoded until this hold and all others are released; the turn is over at any rate. */
    void hold() {
        holds++;
        turnIsOver = true;
    }

    /** Releases a hold, which may also begin later. */
    void release() {
        holds--;
        nextTurn();
    }

    /** Whether something has come that the decoder has not seen. */
    boolean hasMore() {
        return !isEmpty();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        place = Optional.of(context);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        waiting.addLast(bytes);
        waitingBytes += bytes.readableBytes();
        if (turnIsDue) {
            pauseIfFull(context.channel().config());
        } else {
            turn(context);
        }
    }

    private void turn(ChannelHandlerContext context) {
        ChannelConfig config = context.channel().config();
        if (paused) {
            paused = false;
            config.setAutoRead(true);
        }
        turnIsOver = false;
        for (int pieces = 0; pieces < PIECES_OF_A_TURN && !turnIsOver && holds <= 0 && decode(context); pieces++) {}
        if (isEmpty()) {
            Optional<Object> event = shutdown;
            shutdown = Optional.empty();
            event.ifPresent(context::fireUserEventTriggered);
        } else {
            nextTurn();
            pauseIfFull(config);
        }
    }

    /** Whether there was something for the decoder. */
    private boolean decode(ChannelHandlerContext context) {
        ByteBuf next = undecoded ? Unpooled.EMPTY_BUFFER : waiting.pollFirst();
        if (next == null) {
            return false;
        }
        waitingBytes -= next.readableBytes();
        decoded = false;
        context.fireChannelRead(next);
        undecoded = decoded;
        return true;
    }

    private boolean isEmpty() {
        return waiting.isEmpty() && !undecoded;
    }

    private void nextTurn() {
        if (holds <= 0 && !isEmpty() && !turnIsDue) {
            turnIsDue = true;
            ChannelHandlerContext context = place.orElseThrow();
            context.executor().execute(() -> {
                turnIsDue = false;
                turn(context);
                // Only then is sent what was written meanwhile.
                context.fireChannelReadComplete();
            });
        }
    }

    /**
     * Others pause the reading too, but only while they get what was decoded; so it was paused here if it is not theirs, and
     * goes on with the next turn.
     */
    private void pauseIfFull(ChannelConfig config) {
        boolean full = holds <= 0 || waitingBytes >= MAX_AHEAD;
        if (full && config.isAutoRead()) {
            paused = true;
            config.setAutoRead(false);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (event instanceof ChannelInputShutdownEvent && !isEmpty()) {
            // The decoder would throw away what it has not decoded.
            shutdown = Optional.of(event);
        } else {
            context.fireUserEventTriggered(event);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        drop();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        drop();
    }

    private void drop() {
        waiting.forEach(ByteBuf::release);
        waiting.clear();
        waitingBytes = 0;
        undecoded = false;
    }
}
