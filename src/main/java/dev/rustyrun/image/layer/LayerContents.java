package dev.rustyrun.image.layer;

import dev.rustyrun.image.ContentHash;
import dev.rustyrun.image.LayerStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The tar stream in the blob of a layer, uncompressed or compressed with gzip or zstd; image-spec layer.md. A separate
 * thread decompresses and hashes it, slightly ahead of the reader.
 */
final class LayerContents extends InputStream {

    private static final int CHUNK = 256 * 1024;
    private static final int CHUNKS_AHEAD = 6;

    /** A piece of the stream. An empty one marks the end, or a failure if that is not null. */
    private record Chunk(byte[] bytes, int count, Throwable failure) {}

    private final BlockingQueue<Chunk> queue = new ArrayBlockingQueue<>(CHUNKS_AHEAD);
    /** Arrays for reuse, because a new array of this size costs dozens of page faults. */
    private final BlockingQueue<byte[]> free = new ArrayBlockingQueue<>(CHUNKS_AHEAD);

    private final ContentHash hash;
    private final Counted file;
    private final Thread thread;
    private Chunk chunk = new Chunk(new byte[0], 0, null);
    private int at;
    private boolean ended;

    /**
     * Starts the thread that reads {@code blob}.
     *
     * @param algorithm the algorithm of the diffId, {@code sha256} or {@code sha512}
     */
    LayerContents(Path blob, String algorithm) throws IOException {
        this.file = new Counted(Files.newInputStream(blob));
        this.hash = ContentHash.of(algorithm);
        this.thread = new Thread(this::readAhead, "layer");
        thread.setDaemon(true);
        thread.start();
    }

    /** How many bytes of the blob have been read. */
    long blobRead() {
        return file.count.get();
    }

    /** The hash of the whole stream in hexadecimal digits. Valid only after the stream was read to its end. */
    String hex() {
        return hash.digest().hex();
    }

    private void readAhead() {
        try (InputStream in = LayerStream.of(file)) {
            while (true) {
                byte[] used = free.poll();
                byte[] bytes = used == null ? new byte[CHUNK] : used;
                int got = in.readNBytes(bytes, 0, CHUNK);
                hash.update(bytes, 0, got);
                queue.put(new Chunk(bytes, got, null));
                if (got == 0) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // The stream was closed.
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private void fail(Throwable e) {
        try {
            queue.put(new Chunk(new byte[0], 0, e));
        } catch (InterruptedException closed) {
            // The stream was closed.
        }
    }

    @Override
    public int read() throws IOException {
        return next() ? chunk.bytes[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!next()) {
            return -1;
        }
        int got = Math.min(length, chunk.count - at);
        System.arraycopy(chunk.bytes, at, buffer, offset, got);
        at += got;
        return got;
    }

    private boolean next() throws IOException {
        if (at < chunk.count) {
            return true;
        }
        if (ended) {
            return false;
        }
        if (chunk.bytes.length == CHUNK) {
            free.offer(chunk.bytes);
        }
        try {
            chunk = queue.take();
        } catch (InterruptedException e) {
            throw new IOException("interrupted");
        }
        at = 0;
        if (chunk.failure != null) {
            ended = true;
            throw new IOException("it cannot be decompressed: " + chunk.failure.getMessage());
        }
        ended = chunk.count == 0;
        return !ended;
    }

    @Override
    public void close() throws IOException {
        thread.interrupt();
        file.close();
        boolean interrupted = false;
        // The thread uses the hash until it ends, which it does soon.
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        hash.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Counts the bytes that are read. */
    private static final class Counted extends FilterInputStream {

        private final AtomicLong count = new AtomicLong();

        Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            int got = super.read();
            count.addAndGet(got < 0 ? 0 : 1);
            return got;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int got = super.read(buffer, offset, length);
            count.addAndGet(Math.max(got, 0));
            return got;
        }
    }
}
