package dev.rustyrun.http;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import io.quarkus.websockets.next.CloseReason;
import io.quarkus.websockets.next.OnBinaryMessage;
import io.quarkus.websockets.next.OnClose;
import io.quarkus.websockets.next.OnOpen;
import io.quarkus.websockets.next.OnTextMessage;
import io.quarkus.websockets.next.PathParam;
import io.quarkus.websockets.next.UserData;
import io.quarkus.websockets.next.WebSocket;
import io.quarkus.websockets.next.WebSocketConnection;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * {@code /v1/containers/{id}/attach}: a binary message to us is input; one from us is output, its first byte 1 for stdout and
 * 2 for stderr. A text message is an order, {@code eof} or {@code resize ROWS COLUMNS}; one from us is {@code taken}, for each
 * piece of input that the container's side has taken: who sends on without waiting is closed on once a megabyte waits.
 * What was written before comes first.
 */
@WebSocket(path = "/v1/containers/{id}/attach")
public class AttachSocket {

    private static final UserData.TypedKey<WaitingInput> INPUT = new UserData.TypedKey<>("input");
    private static final String TAKEN = "taken";
    private static final int MOST = 100;
    private static final long LOOK_MILLIS = 10;
    private static final int TRY_AGAIN_LATER = 1013;
    private static final int POLICY = 1008;

    private final Linux linux;
    private final Containers containers;
    private final Semaphore free = new Semaphore(MOST);

    AttachSocket(Linux linux, Containers containers) {
        this.linux = linux;
        this.containers = containers;
    }

    @OnOpen
    @Blocking
    void open(WebSocketConnection connection, @PathParam("id") String id) {
        ContainerFolder folder;
        try {
            folder = containers.named(id);
        } catch (ProblemException e) {
            connection.closeAndAwait(new CloseReason(POLICY, e.getMessage()));
            return;
        }
        if (!free.tryAcquire()) {
            connection.closeAndAwait(new CloseReason(TRY_AGAIN_LATER, MOST + " are attached, which is the most"));
            return;
        }
        // A thread of its own: who reads slowly keeps nobody else waiting.
        Thread thread = new Thread(
                () -> {
                    try {
                        follow(connection, folder);
                    } catch (IOException | RuntimeException gone) {
                        // The caller is gone; the container goes on.
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } finally {
                        free.release();
                    }
                },
                "attach-" + id);
        thread.setDaemon(true);
        thread.start();
    }

    private void follow(WebSocketConnection connection, ContainerFolder folder)
            throws IOException, InterruptedException {
        try (LogReader reader = new LogReader(folder.log())) {
            while (connection.isOpen()) {
                ContainerStatus status = ContainerStatus.of(linux, folder);
                for (Optional<LogReader.Frame> frame = reader.next(); frame.isPresent(); frame = reader.next()) {
                    connection.sendBinaryAndAwait(Buffer.buffer()
                            .appendByte(frame.get().stream())
                            .appendBytes(frame.get().bytes()));
                }
                if (!status.isAlive() && status != ContainerStatus.CREATED) {
                    connection.closeAndAwait(new CloseReason(1000, "the container has ended"));
                    return;
                }
                Thread.sleep(LOOK_MILLIS);
            }
        }
    }

    @OnBinaryMessage
    @NonBlocking
    Uni<Void> input(Buffer input, @PathParam("id") String id, WebSocketConnection connection) {
        WaitingInput waiting = connection.userData().get(INPUT);
        if (waiting == null) {
            waiting = new WaitingInput();
            connection.userData().put(INPUT, waiting);
            passOn(waiting, id, connection);
        }
        return waiting.offer(input.getBytes())
                ? Uni.createFrom().voidItem()
                : connection.close(new CloseReason(POLICY, "wait for taken before you send more input"));
    }

    @OnClose
    @NonBlocking
    Uni<Void> closed(WebSocketConnection connection) {
        WaitingInput waiting = connection.userData().get(INPUT);
        if (waiting != null) {
            waiting.goes();
        }
        return Uni.createFrom().voidItem();
    }

    /** On a thread of its own: a container that does not read its input keeps nobody else waiting. */
    private void passOn(WaitingInput waiting, String id, WebSocketConnection connection) {
        Thread thread = new Thread(
                () -> {
                    try {
                        ContainerFolder folder = containers.named(id);
                        for (Optional<byte[]> next = waiting.next(); next.isPresent(); next = waiting.next()) {
                            give(next.get(), folder, waiting);
                            waiting.taken();
                            connection.sendTextAndAwait(TAKEN);
                        }
                    } catch (RuntimeException gone) {
                        // The caller or the container is gone, of which he is told by the output's thread.
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    } finally {
                        waiting.goes();
                    }
                },
                "input-" + id);
        thread.setDaemon(true);
        thread.start();
    }

    private void give(byte[] bytes, ContainerFolder folder, WaitingInput waiting) throws InterruptedException {
        try (OpenFile fifo = new OpenFile(
                linux,
                linux.open(folder.stdin().toString(), FileFlag.O_RDWR | FileFlag.O_NONBLOCK | FileFlag.O_NOFOLLOW))) {
            for (int done = 0;
                    done < bytes.length
                            && !waiting.isGone()
                            && ContainerStatus.of(linux, folder).isAlive(); ) {
                int written = write(fifo, bytes, done);
                done += written;
                if (written == 0) {
                    Thread.sleep(LOOK_MILLIS);
                }
            }
        }
    }

    private int write(OpenFile fifo, byte[] bytes, int from) {
        try {
            return linux.write(fifo.descriptor(), bytes, from, bytes.length - from);
        } catch (LinuxException e) {
            if (e.errno() == Errno.EAGAIN) {
                return 0;
            }
            throw e;
        }
    }

    @OnTextMessage
    @Blocking
    void order(String order, @PathParam("id") String id, WebSocketConnection connection) {
        if (!order.matches("eof|resize [0-9]{1,4} [0-9]{1,4}")) {
            connection.closeAndAwait(new CloseReason(POLICY, "an order is eof or resize ROWS COLUMNS"));
            return;
        }
        containers.order(containers.named(id), order);
    }
}
