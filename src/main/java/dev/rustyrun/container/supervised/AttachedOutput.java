package dev.rustyrun.container.supervised;

import dev.rustyrun.container.log.LogHold;
import dev.rustyrun.container.log.LogReader;
import dev.rustyrun.container.log.LogWriter;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.ContainerStatus;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** Sends a container's log to an attached client, from its beginning to its end, without blocking a thread. */
public final class AttachedOutput {

    /** The connection to the client. */
    public interface Socket {

        /**
         * Sends output; reports afterwards whether it was sent.
         *
         * @param stream the number of the output's stream; see {@link LogWriter}
         */
        void send(byte stream, byte[] bytes, Consumer<Boolean> sent);

        /** Closes the connection. */
        void close(End end, String why);
    }

    /** Why the output ends. */
    public enum End {
        /** The container has ended, and everything was sent. */
        ENDED,
        /** The container could not be started. */
        NOT_STARTED,
        /** The log cannot be read. */
        FAILED
    }

    /** A connection is closed with a short reason only. */
    private static final int MAX_REASON = 60;

    private final Containers containers;
    private final ContainerFolder folder;
    private final Socket socket;
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
    public AttachedOutput(
            Containers containers, Watches watches, ContainerFolder folder, Socket socket, Runnable leave) {
        this.containers = containers;
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
        hold.begin(containers.status(folder) == ContainerStatus.CREATED);
        begun = true;
        step.run();
    }

    /** Called when the client has disconnected. */
    public void disconnected() {
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
            end(End.NOT_STARTED, Printable.of(failure, MAX_REASON));
            return;
        }
        boolean continues = false;
        try {
            continues = !gone && sendNext();
        } catch (IOException e) {
            end(End.FAILED, "the log cannot be read");
        } finally {
            if (!continues && !ended) {
                end(End.ENDED, "the container has ended");
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
        socket.send(frame.get().stream(), frame.get().bytes(), this::sent);
        return true;
    }

    private void sent(boolean whole) {
        gone |= !whole;
        underWay = false;
        step.run();
    }

    private void end(End end, String why) {
        ended = true;
        hold.close();
        watch.close();
        leave.run();
        socket.close(end, why);
    }
}
