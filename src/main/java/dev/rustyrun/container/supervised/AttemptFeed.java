package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.AttemptFifo;
import dev.rustyrun.container.watch.PollLoop;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Receives the reports of egress attempts from the proxies of a service's containers. Proxies are separate processes,
 * so the input is not trusted: malformed lines are ignored.
 */
public final class AttemptFeed {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int AT_ONCE = 16 * 1024;
    /** PIPE_BUF: a FIFO takes writes up to this size atomically; man 7 pipe. */
    private static final int MAX_LINE = 4096;

    private final Linux linux;
    private final PollLoop loop;
    private final String path;
    private final Consumer<ObjectNode> listener;
    private final byte[] buffer = new byte[AT_ONCE];
    private final StringBuilder begun = new StringBuilder();
    private boolean skips;

    /**
     * A feed of the FIFO at {@code path}.
     *
     * @param listener receives each line; it must not block
     */
    public AttemptFeed(Linux linux, PollLoop loop, String path, Consumer<ObjectNode> listener) {
        this.linux = linux;
        this.loop = loop;
        this.path = path;
        this.listener = listener;
    }

    /** Starts to receive, first the reports still in the FIFO; false when the FIFO cannot be opened. */
    public boolean start() {
        Optional<OpenFile> fifo = AttemptFifo.make(linux, path);
        fifo.ifPresent(open -> loop.add(open.descriptor(), PollSet.POLLIN, () -> read(open)));
        return fifo.isPresent();
    }

    private void read(OpenFile fifo) {
        try {
            int got = linux.read(fifo.descriptor(), buffer, buffer.length);
            take(new String(buffer, 0, got, StandardCharsets.ISO_8859_1));
        } catch (LinuxException e) {
            // EAGAIN: the FIFO has already been read.
        }
    }

    /** Takes the next piece of the stream. */
    void take(String piece) {
        for (int from = 0, end; from < piece.length(); from = end + 1) {
            end = piece.indexOf('\n', from);
            boolean whole = end >= 0;
            end = whole ? end : piece.length();
            if (begun.length() + end - from > MAX_LINE) {
                begun.setLength(0);
                skips = true;
            } else if (!skips) {
                begun.append(piece, from, end);
            }
            if (whole) {
                if (!skips) {
                    report(begun.toString());
                }
                begun.setLength(0);
                skips = false;
            }
        }
    }

    private void report(String line) {
        try {
            JsonNode json = JSON.readTree(line);
            if (json instanceof ObjectNode object && object.path("container").isTextual()) {
                listener.accept(object);
            }
        } catch (JsonProcessingException e) {
            // Not a line of a proxy.
        }
    }
}
