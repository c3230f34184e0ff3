package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.Optional;

/** The file in which a container's end will be, or is, written: kept open, it is still there when the container is not. */
public final class ResultHold implements AutoCloseable {

    private final Optional<FileChannel> file;

    ResultHold(Optional<FileChannel> file) {
        this.file = file;
    }

    /** How it ended; nothing as long as that is not written. */
    public Optional<ObjectNode> read() {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            file.get().position(0);
            byte[] text = Channels.newInputStream(file.get()).readAllBytes();
            return new ObjectMapper().readTree(text) instanceof ObjectNode json ? Optional.of(json) : Optional.empty();
        } catch (IOException e) {
            // The reserved space for it is not JSON.
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        file.ifPresent(open -> {
            try {
                open.close();
            } catch (IOException e) {
                // It was only read.
            }
        });
    }
}
