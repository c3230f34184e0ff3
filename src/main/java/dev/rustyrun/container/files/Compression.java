package dev.rustyrun.container.files;

import dev.rustyrun.spec.ContainerException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Compression formats of archives, recognized by their first bytes. Compressed archives are refused, because a small
 * body could unpack to any size.
 */
enum Compression {
    GZIP("gzip", 0x1f, 0x8b),
    ZSTD("zstd", 0x28, 0xb5, 0x2f, 0xfd),
    XZ("xz", 0xfd, '7', 'z', 'X', 'Z', 0),
    BZIP2("bzip2", 'B', 'Z', 'h'),
    LZ4("lz4", 0x04, 0x22, 0x4d, 0x18),
    ZIP("zip", 'P', 'K', 3, 4);

    private static final int LONGEST = 6;

    private final String word;
    private final byte[] magic;

    Compression(String word, int... magic) {
        this.word = word;
        this.magic = new byte[magic.length];
        for (int i = 0; i < magic.length; i++) {
            this.magic[i] = (byte) magic[i];
        }
    }

    /**
     * Returns the stream from its start, if it is not compressed.
     *
     * @throws ContainerException when it is compressed
     */
    static InputStream refused(InputStream in) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, 64 * 1024);
        buffered.mark(LONGEST);
        byte[] start = buffered.readNBytes(LONGEST);
        buffered.reset();
        for (Compression known : values()) {
            if (start.length >= known.magic.length
                    && Arrays.equals(Arrays.copyOf(start, known.magic.length), known.magic)) {
                throw new ContainerException(
                        ContainerException.Kind.COMPRESSED,
                        "the body is compressed with " + known.word + ": send the tar stream itself");
            }
        }
        return buffered;
    }
}
