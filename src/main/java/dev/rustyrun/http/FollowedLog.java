package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.log.LogReader;
import dev.rustyrun.container.log.LogWriter;
import dev.rustyrun.container.supervised.ContainerFolder;
import dev.rustyrun.container.supervised.ContainerWatch;
import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.Watches;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** Sends a container's log to a reader, until its current end or, with {@code follow}, until the container's end. */
final class FollowedLog extends StreamedAnswer {

    private static final int PIECE = 32 * 1024;
    /** How long to wait so that small pieces of output can be combined. */
    private static final int GATHER_MILLIS = 10;

    /**
     * The part of the log, and the format.
     *
     * @param tail the number of lines; negative for all
     */
    record View(boolean events, boolean follow, long tail, long sinceMicros) {}

    private final Containers containers;
    private final Watches watches;
    private final Drain drain;
    private final ContainerFolder folder;
    private final View view;
    private final Runnable leave;
    private final LogReader reader;
    private final AtomicBoolean gathering = new AtomicBoolean();
    private Optional<ContainerWatch> watch = Optional.empty();
    private boolean found;
    private boolean over;

    /** @param leave runs at the end */
    FollowedLog(
            Containers containers, Watches watches, Drain drain, ContainerFolder folder, View view, Runnable leave) {
        this.containers = containers;
        this.watches = watches;
        this.drain = drain;
        this.folder = folder;
        this.view = view;
        this.leave = leave;
        this.reader = new LogReader(folder.log());
    }

    @Override
    void begin() {
        reader.beginSeek(view.tail, view.sinceMicros, view.follow);
        if (view.follow) {
            watch = Optional.of(watches.watch(folder, true, this::gather));
            drain.whenOver(wake);
        }
    }

    private void gather() {
        if (!gathering.getAndSet(true)) {
            watches.timers().after(GATHER_MILLIS, () -> {
                gathering.set(false);
                wake.run();
            });
        }
    }

    @Override
    byte[] next() throws IOException {
        if (!found) {
            found = reader.isFound();
            if (!found) {
                // Lets other steps run in between.
                wake.run();
                return NOTHING_YET;
            }
        }
        if (over) {
            return END;
        }
        watch.ifPresent(ContainerWatch::refresh);
        byte[] piece = piece();
        if (piece.length > 0) {
            return piece;
        }
        // The status is read before the log, so that everything written before the end is found.
        boolean last = !view.follow || !containers.status(folder).isAlive();
        piece = piece();
        if (piece.length > 0) {
            wake.run();
            return piece;
        }
        over = last;
        if (last && view.events) {
            return "event: end\ndata: {}\n\n".getBytes(StandardCharsets.UTF_8);
        }
        return last || drain.isOver() ? END : NOTHING_YET;
    }

    private byte[] piece() throws IOException {
        ByteArrayOutputStream gathered = new ByteArrayOutputStream();
        while (gathered.size() < PIECE) {
            Optional<LogReader.Frame> frame = reader.next();
            if (frame.isEmpty()) {
                break;
            }
            gathered.writeBytes(view.events ? event(frame.get()) : frame.get().bytes());
        }
        return gathered.toByteArray();
    }

    @Override
    void end() {
        watch.ifPresent(ContainerWatch::close);
        drain.forget(wake);
        leave.run();
    }

    private static byte[] event(LogReader.Frame frame) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put(
                        "time",
                        Instant.ofEpochSecond(frame.micros() / 1_000_000, frame.micros() % 1_000_000 * 1000)
                                .toString());
        String kind =
                switch (frame.stream()) {
                    case LogWriter.STDOUT -> "stdout";
                    case LogWriter.STDERR -> "stderr";
                    default -> "truncated";
                };
        if (frame.bytes().length > 0) {
            json.put("base64", Base64.getEncoder().encodeToString(frame.bytes()));
        }
        return ("event: " + kind + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
