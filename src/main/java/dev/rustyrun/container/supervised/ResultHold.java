package dev.rustyrun.container.supervised;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.Optional;

/** The open file of a container's result. It can still be read after the container is deleted. */
public final class ResultHold implements AutoCloseable {

    private final Optional<FileChannel> file;

    ResultHold(Optional<FileChannel> file) {
        this.file = file;
    }

    /** The result; empty until it is written. */
    public Optional<ObjectNode> read() {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            file.get().position(0);
            byte[] text = Channels.newInputStream(file.get()).readAllBytes();
            return new ObjectMapper().readTree(text) instanceof ObjectNode json ? Optional.of(json) : Optional.empty();
        } catch (IOException e) {
            // The file is only reserved: its zeros are not JSON.
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        file.ifPresent(open -> {
            try {
                open.close();
            } catch (IOException e) {
                // A failed close of a file that was only read has no effect.
            }
        });
    }
}
