package dev.rustyrun.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A zstd stream without its skippable frames, which the decoder does not support. Some builders store a table of
 * contents of the layer in them; RFC 8878, section 3.1.
 */
final class ZstdFrames extends InputStream {

    private static final int MAGIC = 0xfd2fb528;
    private static final int SKIPPABLE = 0x184d2a50;
    private static final int SKIPPABLE_MASK = 0xfffffff0;
    private static final int[] DICTIONARY_ID = {0, 1, 2, 4};
    private static final int RLE = 1;
    private static final int CHECKSUM = 4;

    private final InputStream in;
    private byte[] header = {};
    private int at;
    private long left;
    private boolean inFrame;
    private boolean hasChecksum;

    ZstdFrames(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (at == header.length && left == 0) {
            if (!next()) {
                return -1;
            }
        }
        if (at < header.length) {
            int got = Math.min(length, header.length - at);
            System.arraycopy(header, at, buffer, offset, got);
            at += got;
            return got;
        }
        int got = in.read(buffer, offset, (int) Math.min(length, left));
        if (got < 0) {
            throw new EOFException("it ends within a zstd frame");
        }
        left -= got;
        return got;
    }

    /** Reads the next header; false at the end of the stream. */
    private boolean next() throws IOException {
        if (inFrame) {
            int block = number(bytes(3));
            boolean last = (block & 1) != 0;
            left = (block >> 1 & 3) == RLE ? 1 : block >> 3;
            left += last && hasChecksum ? CHECKSUM : 0;
            inFrame = !last;
            return true;
        }
        byte[] magic = in.readNBytes(4);
        if (magic.length == 0) {
            return false;
        }
        header = magic;
        at = 0;
        int number = magic.length < 4 ? 0 : number(magic);
        if ((number & SKIPPABLE_MASK) == SKIPPABLE) {
            in.skipNBytes(Integer.toUnsignedLong(number(bytes(4))));
            at = header.length;
        } else if (number == MAGIC) {
            int described = bytes(1)[0] & 0xff;
            boolean single = (described >> 5 & 1) != 0;
            int size = described >> 6;
            hasChecksum = (described >> 2 & 1) != 0;
            left = (single ? 0L : 1L) + DICTIONARY_ID[described & 3] + (size == 0 ? single ? 1 : 0 : 1 << size);
            inFrame = true;
            header = new byte[] {magic[0], magic[1], magic[2], magic[3], (byte) described};
            at = 0;
        } else {
            // Not a zstd frame: passed on unchanged, so that the decoder reports the error.
            left = Long.MAX_VALUE;
        }
        return true;
    }

    /** Reads the next bytes, and passes them on as the next header. */
    private byte[] bytes(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("it ends within a zstd frame");
        }
        header = bytes;
        at = 0;
        return bytes;
    }

    private static int number(byte[] bytes) {
        int number = 0;
        for (int i = bytes.length - 1; i >= 0; i--) {
            number = number << 8 | bytes[i] & 0xff;
        }
        return number;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
