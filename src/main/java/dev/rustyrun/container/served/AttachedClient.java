package dev.rustyrun.container.served;

import dev.rustyrun.container.watch.Wakeup;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.spec.InputRefusal;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The client that is attached to a command: input that the command has not accepted yet, and output in transit. The
 * output is at most one message, and the rest at the end; for input see {@link InputQueue}. Thread-safe: used by
 * the connection's threads and the relaying thread.
 */
public final class AttachedClient implements Client, AutoCloseable {

    private static final int MAX_SIGNALS = 16;

    private final String name;
    private final Function<String, CompletionStage<?>> sendText;
    private final Function<byte[], CompletionStage<?>> sendOutput;
    private final DisconnectActions onDisconnect = new DisconnectActions();
    private Optional<String> last = Optional.empty();
    private Runnable whenFinished = () -> {};
    private final Wakeup wakeup;
    private final InputQueue input;
    private final Deque<Integer> signals = new ArrayDeque<>();
    private final Deque<byte[]> rest = new ArrayDeque<>();
    private Optional<WindowSize> size = Optional.empty();
    private boolean inputEnded;
    private boolean outputUnderWay;
    private boolean takenUnderWay;

    /**
     * @param name the client's name
     * @param sendText sends a text to the client; completes when it was sent
     * @param sendOutput sends output, after the number of its stream, and completes likewise
     */
    public AttachedClient(
            String name,
            Linux linux,
            Memory memory,
            Function<String, CompletionStage<?>> sendText,
            Function<byte[], CompletionStage<?>> sendOutput) {
        this.input = new InputQueue(memory);
        this.name = name;
        this.sendText = sendText;
        this.sendOutput = sendOutput;
        this.wakeup = new Wakeup(linux);
    }

    /** Adds input; returns the reason if it is refused. */
    public synchronized Optional<InputRefusal> offer(byte[] bytes) {
        Optional<InputRefusal> refused = input.offer(bytes);
        wakeup.wake();
        return refused;
    }

    /** Handles a control message; returns whether it is valid. */
    public synchronized boolean order(String order) {
        String[] words = order.split(" ");
        if (order.equals("eof")) {
            inputEnded = true;
        } else if (order.matches("resize [0-9]{1,4} [0-9]{1,4}")) {
            size = Optional.of(new WindowSize(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
        } else if (order.matches("signal (HUP|INT|QUIT|TERM|USR1|USR2)")) {
            if (signals.size() < MAX_SIGNALS) {
                signals.addLast(Signal.valueOf("SIG" + words[1]).number());
            }
        } else {
            return false;
        }
        wakeup.wake();
        return true;
    }

    /** Called when the client has disconnected. */
    public void disconnected() {
        onDisconnect.disconnected();
        synchronized (this) {
            input.close();
            wakeup.wake();
        }
        advance();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void onDisconnect(Runnable work) {
        onDisconnect.add(work);
    }

    @Override
    public boolean isGone() {
        return onDisconnect.isGone();
    }

    /** Also polls for the client's next action. */
    synchronized void addTo(PollSet set) {
        if (!isGone()) {
            wakeup.addTo(set);
        }
    }

    /** Clears the wakeup: the client's actions until now have been handled. */
    void clear() {
        wakeup.clear();
    }

    /** The next piece of input, if any; call {@link #taken} when it was written. */
    synchronized Optional<byte[]> nextInput() {
        if (takenUnderWay) {
            return Optional.empty();
        }
        Optional<byte[]> piece = input.first();
        input.giveBack(input.removeFirst());
        return piece;
    }

    /** Whether no more input will come. */
    synchronized boolean isInputEnded() {
        return inputEnded && input.isEmpty();
    }

    synchronized Optional<WindowSize> takeSize() {
        Optional<WindowSize> taken = size;
        size = Optional.empty();
        return taken;
    }

    /** The next signal that the client has sent, or 0. */
    synchronized int nextSignal() {
        return signals.isEmpty() ? 0 : signals.removeFirst();
    }

    /** Informs the client that a piece of input was accepted. */
    void taken() {
        underWay(this::setTakenUnderWay, () -> sendText.apply(InputQueue.TAKEN));
    }

    /** Whether output can be sent now, because all earlier output was sent. */
    synchronized boolean takesOutput() {
        return !outputUnderWay && !isGone();
    }

    /** Sends output; call only if {@link #takesOutput}. */
    void send(byte stream, byte[] bytes, int count) {
        byte[] message = message(stream, bytes, count);
        underWay(this::setOutputUnderWay, () -> sendOutput.apply(message));
    }

    private static byte[] message(byte stream, byte[] bytes, int count) {
        return ByteBuffer.allocate(1 + count).put(stream).put(bytes, 0, count).array();
    }

    private void underWay(Consumer<Boolean> mark, Supplier<CompletionStage<?>> message) {
        mark.accept(true);
        message.get().whenComplete((sent, broken) -> {
            if (broken == null) {
                mark.accept(false);
            } else {
                disconnected();
            }
        });
    }

    private synchronized void setTakenUnderWay(boolean is) {
        takenUnderWay = is;
        wakeup.wake();
    }

    private void setOutputUnderWay(boolean is) {
        synchronized (this) {
            outputUnderWay = is;
            wakeup.wake();
        }
        if (!is) {
            advance();
        }
    }

    /** Queues output that is left when the command ends. */
    synchronized void keep(byte stream, byte[] bytes, int count) {
        if (!isGone()) {
            rest.add(message(stream, bytes, count));
        }
    }

    /**
     * Sends the remaining output and then {@code text}; runs {@code finished} when both were sent or the client has
     * disconnected.
     */
    public void finish(String text, Runnable finished) {
        synchronized (this) {
            last = Optional.of(text);
            whenFinished = finished;
        }
        advance();
    }

    /** Sends the next of the last messages if none is in transit. */
    private void advance() {
        Optional<Supplier<CompletionStage<?>>> next = Optional.empty();
        Runnable finished = () -> {};
        synchronized (this) {
            if (last.isEmpty() || outputUnderWay && !isGone()) {
                return;
            }
            if (isGone() || rest.isEmpty() && last.get().isEmpty()) {
                finished = whenFinished;
                whenFinished = () -> {};
            } else if (rest.isEmpty()) {
                String text = last.get();
                next = Optional.of(() -> sendText.apply(text));
                last = Optional.of("");
            } else {
                byte[] output = rest.removeFirst();
                next = Optional.of(() -> sendOutput.apply(output));
            }
        }
        next.ifPresent(message -> underWay(this::setOutputUnderWay, message));
        finished.run();
    }

    @Override
    public void close() {
        input.close();
        wakeup.close();
    }
}
