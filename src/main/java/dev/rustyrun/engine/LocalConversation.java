package dev.rustyrun.engine;

import dev.rustyrun.container.log.LogHold;
import dev.rustyrun.container.log.LogReader;
import dev.rustyrun.container.served.InputQueue;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.ContainerInput;
import dev.rustyrun.container.supervised.ContainerWatch;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.LogFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/** A conversation with a local container: output comes from its log, input goes to its monitor. */
final class LocalConversation implements Conversation {

    private final Containers containers;
    private final ContainerFolder folder;
    private final LogReader reader;
    private final LogHold hold;
    private final ContainerInput input;
    private final ContainerWatch watch;
    private final Runnable inputStep;
    /** One permit for each notification. */
    private final Semaphore news = new Semaphore(0);
    /** Input that the monitor has not accepted completely. */
    private final AtomicReference<byte[]> piece = new AtomicReference<>();

    private final Semaphore taken = new Semaphore(0);
    private volatile boolean closed;

    LocalConversation(Containers containers, Watches watches, ContainerFolder folder) {
        this.containers = containers;
        this.folder = folder;
        this.reader = new LogReader(folder.log());
        this.hold = containers.hold(folder);
        this.inputStep = watches.steps().wakeable(this::giveInput);
        this.input = containers.input(folder, inputStep);
        this.watch = watches.watch(folder, true, news::release);
        hold.begin(containers.status(folder) == ContainerStatus.CREATED);
    }

    private void giveInput() {
        input.stopWaiting();
        byte[] waiting = piece.get();
        if (waiting != null && !closed && input.isTaken(waiting)) {
            piece.set(null);
            taken.release();
            news.release();
        }
    }

    @Override
    public void send(String order) {
        input.order(order);
    }

    @Override
    public void send(byte[] bytes, int count) throws IOException {
        if (!piece.compareAndSet(null, Arrays.copyOf(bytes, count))) {
            throw new IOException("input was sent before the last piece was taken");
        }
        inputStep.run();
    }

    @Override
    public Message receive() throws IOException {
        while (!closed) {
            if (taken.tryAcquire()) {
                return new Message(Kind.TEXT, InputQueue.TAKEN.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            }
            watch.refresh();
            // The status is read before the log, so that everything written before the end is found.
            boolean ended = containers.status(folder).hasEnded();
            Optional<LogFrame> frame = reader.next();
            hold.move(reader.generation());
            if (frame.isPresent() && !frame.get().isTruncated()) {
                return output(frame.get());
            }
            if (frame.isEmpty() && ended) {
                return new Message(Kind.CLOSE, new byte[0]);
            }
            if (frame.isEmpty()) {
                news.acquireUninterruptibly();
                news.drainPermits();
            }
        }
        throw new IOException("the connection was closed");
    }

    private static Message output(LogFrame frame) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(frame.stream());
        bytes.writeBytes(frame.bytes());
        return new Message(Kind.BINARY, bytes.toByteArray());
    }

    @Override
    public void close() {
        closed = true;
        watch.close();
        hold.close();
        input.close();
        news.release();
    }
}
