package dev.rustyrun.it;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A conversation over a web socket of a server; collects the output by stream. */
final class WebSocketClient implements WebSocket.Listener {

    private final StringBuffer out = new StringBuffer();
    private final StringBuffer err = new StringBuffer();
    private final StringBuffer text = new StringBuffer();
    private final CompletableFuture<Integer> closed = new CompletableFuture<>();
    private final boolean listens;
    private StringBuffer stream = out;
    private boolean between = true;
    private volatile String last = "";
    private final AtomicInteger taken = new AtomicInteger();
    private WebSocket socket;

    /**
     * An unconnected socket.
     *
     * @param listens whether it reads messages at once, and not only after {@link #listen}
     */
    WebSocketClient(boolean listens) {
        this.listens = listens;
    }

    @Override
    public void onOpen(WebSocket opened) {
        if (listens) {
            opened.request(1);
        }
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean whole) {
        // A message may arrive in parts; only the first byte of the first part names the stream.
        if (between) {
            stream = data.get() == 2 ? err : out;
        }
        between = whole;
        stream.append(StandardCharsets.UTF_8.decode(data));
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean whole) {
        text.append(data);
        if (whole) {
            if (text.toString().equals("taken")) {
                taken.incrementAndGet();
            } else {
                last = text.toString();
            }
            text.setLength(0);
        }
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        closed.complete(code);
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        closed.completeExceptionally(error);
    }

    WebSocketClient through(WebSocket opened) {
        socket = opened;
        return this;
    }

    void send(String order) {
        socket.sendText(order, true).join();
    }

    void type(String input) {
        socket.sendBinary(ByteBuffer.wrap(input.getBytes(StandardCharsets.UTF_8)), true)
                .join();
    }

    /** Starts to read messages. */
    void listen() {
        socket.request(1);
    }

    /** Closes the connection without a close frame. */
    void abort() {
        socket.abort();
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    /** The last text message received. */
    String last() {
        return last;
    }

    boolean isClosed() {
        return closed.isDone();
    }

    int taken() {
        return taken.get();
    }

    void expect(String output) {
        Host.eventually("it prints " + output, () -> out.indexOf(output) >= 0, out::toString);
    }

    /** Waits for the end and returns the close code. */
    int code() throws Exception {
        return closed.get(120, TimeUnit.SECONDS);
    }

    /** Waits for the end and returns the last text message. */
    String end() throws Exception {
        closed.get(120, TimeUnit.SECONDS);
        return last;
    }
}
