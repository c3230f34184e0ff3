package dev.rustyrun.image;

import io.airlift.compress.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * The tar in a layer's blob. The compression is detected by the first bytes and not taken from the media type, which
 * some writers of archives get wrong.
 */
public final class LayerStream {

    private static final int BUFFER = 64 * 1024;
    private static final byte[] GZIP = {0x1f, (byte) 0x8b};
    private static final byte[] ZSTD = {0x28, (byte) 0xb5, 0x2f, (byte) 0xfd};
    /**
     * The number of bytes that identify the compression. Skippable frames of zstd need no detection: podman writes them
     * only after other frames.
     */
    private static final int MAGIC_LENGTH = 4;

    private LayerStream() {}

    /**
     * The tar in {@code blob}. The caller closes the stream, and must limit how much it reads, because the length is
     * unknown.
     *
     * @throws IOException when the file cannot be read
     */
    public static InputStream open(Path blob) throws IOException {
        InputStream file = Files.newInputStream(blob);
        try {
            return of(file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** The tar in a stream that may be compressed with gzip or zstd. */
    public static InputStream of(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, BUFFER);
        buffered.mark(MAGIC_LENGTH);
        byte[] start = buffered.readNBytes(MAGIC_LENGTH);
        buffered.reset();
        if (startsWith(start, GZIP)) {
            return new BufferedInputStream(
                    GzipCompressorInputStream.builder()
                            .setInputStream(buffered)
                            .setBufferSize(BUFFER)
                            .setDecompressConcatenated(true)
                            .get(),
                    BUFFER);
        }
        return startsWith(start, ZSTD) ? new BufferedInputStream(new Zstd(buffered), BUFFER) : buffered;
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(Arrays.copyOf(bytes, magic.length), magic);
    }

    /** Reports an invalid frame as an IOException, as the gzip stream does. */
    private static final class Zstd extends InputStream {

        private final ZstdInputStream in;

        Zstd(InputStream in) {
            this.in = new ZstdInputStream(new ZstdFrames(in));
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return in.read(buffer, offset, length);
            } catch (IllegalArgumentException | IllegalStateException | IndexOutOfBoundsException e) {
                throw new IOException("zstd: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
