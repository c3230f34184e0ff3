package dev.rustyrun.http;

import dev.rustyrun.container.log.LogHold;
import dev.rustyrun.container.log.LogReader;
import dev.rustyrun.container.log.LogWriter;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.ContainerWatch;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.Watches;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.ContainerStatus;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.WebSocketConnection;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;

/** Sends a container's log to a web socket, from its beginning to its end, without blocking a thread. */
final class AttachedOutput {

    /** A close frame can contain a reason of 123 bytes. */
    private static final int MAX_REASON = 60;

    private final Containers containers;
    private final ContainerFolder folder;
    private final WebSocketConnection connection;
    private final Runnable leave;
    private final LogReader reader;
    private final LogHold hold;
    private final ContainerWatch watch;
    private final Runnable step;
    private volatile boolean underWay;
    private volatile boolean begun;
    private volatile boolean gone;
    private volatile String failure = "";
    private boolean ended;

    /** @param leave runs at the end */
    AttachedOutput(
            Containers containers,
            Watches watches,
            ContainerFolder folder,
            WebSocketConnection connection,
            Runnable leave) {
        this.containers = containers;
        this.folder = folder;
        this.connection = connection;
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
    void begin() {
        hold.begin(containers.status(folder) == ContainerStatus.CREATED);
        begun = true;
        step.run();
    }

    /** Called when the client has disconnected. */
    void disconnected() {
        gone = true;
        step.run();
    }

    /** Ends the output because the container could not be started. */
    void fail(String reason) {
        failure = reason;
        step.run();
    }

    private void move() {
        if (ended || underWay && !gone && failure.isEmpty()) {
            return;
        }
        if (!failure.isEmpty()) {
            end(Closing.refused(Printable.of(failure, MAX_REASON)));
            return;
        }
        boolean continues = false;
        try {
            continues = !gone && sendNext();
        } catch (IOException e) {
            end(Closing.failed("the log cannot be read"));
        } finally {
            if (!continues && !ended) {
                end(Closing.ended("the container has ended"));
            }
        }
    }

    private boolean sendNext() throws IOException {
        watch.refresh();
        ContainerStatus status = containers.status(folder);
        Optional<LogReader.Frame> frame = reader.next();
        hold.move(reader.generation());
        if (frame.isEmpty()) {
            return !status.hasEnded();
        }
        if (frame.get().stream() == LogWriter.TRUNCATED) {
            step.run();
            return true;
        }
        underWay = true;
        connection
                .sendBinary(Buffer.buffer()
                        .appendByte(frame.get().stream())
                        .appendBytes(frame.get().bytes()))
                .subscribe()
                .with(done -> sent(false), failure -> sent(true));
        return true;
    }

    private void sent(boolean broken) {
        gone |= broken;
        underWay = false;
        step.run();
    }

    private void end(CloseReason reason) {
        ended = true;
        hold.close();
        watch.close();
        leave.run();
        connection.close(reason).subscribe().with(closed -> {}, failure -> {});
    }
}
