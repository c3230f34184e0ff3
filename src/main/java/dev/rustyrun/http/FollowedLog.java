package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.ContainerLog;
import dev.rustyrun.spec.LogFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;

/** Sends a container's log to a reader, until its current end or, with {@code follow}, until the container's end. */
final class FollowedLog extends StreamedAnswer {

    private static final int PIECE = 32 * 1024;
    /** How long to wait so that small pieces of output can be combined. */
    private static final int GATHER_MILLIS = 10;

    private final ContainerLog log;
    private final Drain drain;
    private final boolean events;
    private final Runnable leave;
    private boolean found;
    private boolean over;

    /**
     * @param events whether to send events with time and stream
     * @param leave runs at the end
     */
    FollowedLog(ContainerLog log, Drain drain, boolean events, Runnable leave) {
        this.log = log;
        this.drain = drain;
        this.events = events;
        this.leave = leave;
    }

    @Override
    void begin() {
        log.begin(wake, GATHER_MILLIS);
        drain.whenOver(wake);
    }

    @Override
    byte[] next() throws IOException {
        if (!found) {
            found = log.isFound();
            if (!found) {
                // Lets other steps run in between.
                wake.run();
                return NOTHING_YET;
            }
        }
        if (over) {
            return END;
        }
        log.refresh();
        byte[] piece = piece();
        if (piece.length > 0) {
            return piece;
        }
        // The status is read before the log, so that everything written before the end is found.
        boolean last = log.isComplete();
        piece = piece();
        if (piece.length > 0) {
            wake.run();
            return piece;
        }
        over = last;
        if (last && events) {
            return "event: end\ndata: {}\n\n".getBytes(StandardCharsets.UTF_8);
        }
        return last || drain.isOver() ? END : NOTHING_YET;
    }

    private byte[] piece() throws IOException {
        ByteArrayOutputStream gathered = new ByteArrayOutputStream();
        while (gathered.size() < PIECE) {
            Optional<LogFrame> frame = log.next();
            if (frame.isEmpty()) {
                break;
            }
            gathered.writeBytes(events ? event(frame.get()) : frame.get().bytes());
        }
        return gathered.toByteArray();
    }

    @Override
    void end() {
        log.close();
        drain.forget(wake);
        leave.run();
    }

    private static byte[] event(LogFrame frame) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put(
                        "time",
                        Instant.ofEpochSecond(frame.micros() / 1_000_000, frame.micros() % 1_000_000 * 1000)
                                .toString());
        String kind =
                switch (frame.stream()) {
                    case LogFrame.STDOUT -> "stdout";
                    case LogFrame.STDERR -> "stderr";
                    default -> "truncated";
                };
        if (frame.bytes().length > 0) {
            json.put("base64", Base64.getEncoder().encodeToString(frame.bytes()));
        }
        return ("event: " + kind + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
