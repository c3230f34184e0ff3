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
 * Feeds the decoder of a connection one piece at a time, and only a few pieces per turn, so that the connections of a
 * thread share it fairly, regardless of how much one of them sends. During a hold nothing is decoded, and soon nothing
 * is read: a few kilobytes wait here, the rest in the kernel. Used only by the channel's thread.
 */
final class Intake extends ChannelInboundHandlerAdapter {

    private static final String NAME = "intake";
    private static final int PIECES_OF_A_TURN = 16;
    /** The bytes to read ahead while a request is handled, which is how a disconnect is noticed. */
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
    /** Whether the decoder may still have undecoded bytes. */
    private boolean undecoded;

    /** Adds this handler to the pipeline, before {@code decoder}. */
    void guard(ChannelPipeline pipeline, String decoder) {
        decodeOneByOne(pipeline, decoder);
        pipeline.addBefore(decoder, NAME, this);
    }

    /** Makes a decoder decode one piece at a time; also used for a decoder that replaces the first. */
    static void decodeOneByOne(ChannelPipeline pipeline, String decoder) {
        ((ByteToMessageDecoder) pipeline.get(decoder)).setSingleDecode(true);
    }

    /** Called when the decoder has passed on a message. */
    void decoded() {
        decoded = true;
    }

    /** Stops decoding until all holds are released; ends the current turn in any case. */
    void hold() {
        holds++;
        turnIsOver = true;
    }

    /** Releases a hold; may be called before the corresponding {@link #hold}. */
    void release() {
        holds--;
        nextTurn();
    }

    /** Whether received bytes are not decoded yet. */
    boolean hasMore() {
        return !isEmpty();
    }

    /** Whether received bytes have not been passed to the decoder yet. */
    boolean isAhead() {
        return !waiting.isEmpty();
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

    /** Lets the decoder decode the next piece; returns false if there is none. */
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
                // Flushes what was written in this turn.
                context.fireChannelReadComplete();
            });
        }
    }

    /**
     * Pauses reading if enough bytes wait here; the next turn resumes it. Other handlers also pause reading while they
     * process messages; this handler does not resume their pauses.
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
            // The decoder would discard bytes that it has not decoded.
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
