package dev.rustyrun.engine;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** A stream that one thread writes and another reads. */
public final class TarPipe extends InputStream {

    private static final int ROOM = 256 * 1024;

    /** Writes the content of a stream. */
    public interface Writer {
        /** Writes the complete content to {@code out}. */
        void write(OutputStream out) throws IOException;
    }

    private final PipedInputStream in;
    private final AtomicReference<String> failure = new AtomicReference<>();

    private TarPipe(PipedInputStream in) {
        this.in = in;
    }

    /** Runs {@code writer} on a new thread; its failure is thrown at the end of the stream. */
    public static TarPipe from(Writer writer) {
        try {
            TarPipe pipe = new TarPipe(new PipedInputStream(ROOM));
            PipedOutputStream out = new PipedOutputStream(pipe.in);
            Thread thread = new Thread(() -> pipe.fill(writer, out), "tar");
            thread.setDaemon(true);
            thread.start();
            return pipe;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void fill(Writer writer, PipedOutputStream out) {
        try (out) {
            write(writer, out);
        } catch (IOException e) {
            // The reader has closed the stream and does not need the rest.
        }
    }

    /** Records the failure before the stream is closed, so that the reader sees it at the end. */
    private void write(Writer writer, PipedOutputStream out) {
        try {
            writer.write(out);
        } catch (UncheckedIOException e) {
            failure.set(e.getCause().getMessage());
        } catch (IOException | RuntimeException e) {
            failure.set(e.getMessage());
        }
    }

    /** Why the writer failed, if it did. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure.get());
    }

    private int checked(int got) throws IOException {
        if (got < 0 && failure.get() != null) {
            throw new IOException(failure.get());
        }
        return got;
    }

    @Override
    public int read() throws IOException {
        return checked(in.read());
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
        return checked(in.read(bytes, from, count));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
