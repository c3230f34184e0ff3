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
 * Hears what the proxies of a service's containers tell of attempts. They run on their own, so what comes is not trusted: what is
 * no line of theirs is left out.
 */
public final class AttemptFeed {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int AT_ONCE = 16 * 1024;
    /** What a FIFO takes whole. */
    private static final int MAX_LINE = 4096;

    private final Linux linux;
    private final PollLoop loop;
    private final String path;
    private final Consumer<ObjectNode> listener;
    private final byte[] buffer = new byte[AT_ONCE];
    private final StringBuilder begun = new StringBuilder();
    private boolean skips;

    /**
     * Of proxies that tell {@code path}.
     *
     * @param listener is given each line; it must not wait
     */
    public AttemptFeed(Linux linux, PollLoop loop, String path, Consumer<ObjectNode> listener) {
        this.linux = linux;
        this.loop = loop;
        this.path = path;
        this.listener = listener;
    }

    /** Hears them from now on, and what was told while nobody heard; whether that can be. */
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
            // EAGAIN: it has been read already.
        }
    }

    /** The next piece of the stream. */
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
                    tell(begun.toString());
                }
                begun.setLength(0);
                skips = false;
            }
        }
    }

    private void tell(String line) {
        try {
            JsonNode json = JSON.readTree(line);
            if (json instanceof ObjectNode object && object.path("container").isTextual()) {
                listener.accept(object);
            }
        } catch (JsonProcessingException e) {
            // A proxy writes none such.
        }
    }
}
