package dev.rustyrun.engine.service;

import dev.rustyrun.container.log.LogHold;
import dev.rustyrun.container.log.LogReader;
import dev.rustyrun.container.served.InputQueue;
import dev.rustyrun.container.supervised.AttachedInput;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.ContainerWatch;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.InputRefusal;
import dev.rustyrun.spec.LogFrame;
import dev.rustyrun.spec.MessageLine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A client that is attached to a container: receives its log from its beginning to its end, and sends it input. No
 * thread is blocked. Thread-safe.
 */
public final class ServedAttachment {

    /** A connection is closed with a short reason only. */
    private static final int MAX_REASON = 60;

    private final Containers containers;
    private final ContainerFolder folder;
    private final Watches watches;
    private final Budget budget;
    private final ClientSocket socket;
    private final Runnable leave;
    private final LogReader reader;
    private final LogHold hold;
    private final ContainerWatch watch;
    private final Runnable step;
    private volatile Optional<AttachedInput> input = Optional.empty();
    private volatile boolean underWay;
    private volatile boolean begun;
    private volatile boolean gone;
    private volatile String failure = "";
    private boolean ended;

    /** @param leave runs at the end */
    ServedAttachment(
            Containers containers,
            Watches watches,
            Budget budget,
            ContainerFolder folder,
            ClientSocket socket,
            Runnable leave) {
        this.containers = containers;
        this.watches = watches;
        this.budget = budget;
        this.folder = folder;
        this.socket = socket;
        this.leave = leave;
        this.reader = new LogReader(folder.log());
        this.hold = containers.hold(folder);
        this.step = watches.steps().wakeable(this::move);
        // The callback may run before the constructor has finished.
        this.watch = watches.watch(folder, true, () -> {
            if (begun) {
                step.run();
            }
        });
    }

    /** Starts. From now on the log keeps output until it was sent, and the container waits for that. */
    public void begin() {
        input = Optional.of(new AttachedInput(
                containers,
                watches,
                budget,
                folder,
                whenSent -> socket.sendText(InputQueue.TAKEN).whenComplete((sent, broken) -> whenSent.run())));
        hold.begin(containers.status(folder) == ContainerStatus.CREATED);
        begun = true;
        step.run();
    }

    /** Adds input; returns the reason if it is refused. */
    public Optional<InputRefusal> offer(byte[] piece) {
        return input.flatMap(waiting -> waiting.offer(piece));
    }

    /** Handles a control message; returns whether it is valid. */
    public boolean order(String order) {
        return input.map(waiting -> waiting.order(order)).orElse(true);
    }

    /** Called when the client has disconnected. */
    public void disconnected() {
        input.ifPresent(AttachedInput::disconnected);
        gone = true;
        step.run();
    }

    /** Ends the output because the container could not be started. */
    public void fail(String reason) {
        failure = reason;
        step.run();
    }

    private void move() {
        if (ended || underWay && !gone && failure.isEmpty()) {
            return;
        }
        if (!failure.isEmpty()) {
            end(ClientSocket.End.NOT_STARTED, MessageLine.cut(failure, MAX_REASON));
            return;
        }
        boolean continues = false;
        try {
            continues = !gone && sendNext();
        } catch (IOException e) {
            end(ClientSocket.End.FAILED, "the log cannot be read");
        } finally {
            if (!continues && !ended) {
                end(ClientSocket.End.ENDED, "the container has ended");
            }
        }
    }

    private boolean sendNext() throws IOException {
        watch.refresh();
        ContainerStatus status = containers.status(folder);
        Optional<LogFrame> frame = reader.next();
        hold.move(reader.generation());
        if (frame.isEmpty()) {
            return !status.hasEnded();
        }
        if (frame.get().isTruncated()) {
            step.run();
            return true;
        }
        underWay = true;
        byte[] message = ByteBuffer.allocate(1 + frame.get().bytes().length)
                .put(frame.get().stream())
                .put(frame.get().bytes())
                .array();
        socket.sendOutput(message).whenComplete((sent, broken) -> sent(broken == null));
        return true;
    }

    private void sent(boolean whole) {
        gone |= !whole;
        underWay = false;
        step.run();
    }

    private void end(ClientSocket.End end, String why) {
        ended = true;
        hold.close();
        watch.close();
        leave.run();
        socket.close(end, why);
    }
}
