package dev.rustyrun.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** An answer's body, on a stream that may go on behind it; RFC 9112 section 6. */
abstract class Body extends ByteStream {

    private final InputStream in;
    private long left;

    private Body(InputStream in, long left) {
        this.in = in;
        this.left = left;
    }

    /** One of so many bytes. */
    static Body of(InputStream in, long length) {
        return new Body(in, length) {
            @Override
            long next() {
                return 0;
            }
        };
    }

    /** One in chunks, section 7.1. */
    static Body inChunks(InputStream in) {
        return new Chunks(in);
    }

    /** How many bytes follow those that were read; 0 at the end, again and again. */
    abstract long next() throws IOException;

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        left = left == 0 ? next() : left;
        if (left == 0) {
            return -1;
        }
        int got = in.read(bytes, offset, (int) Math.min(length, left));
        if (got < 0) {
            throw new EOFException("the server closed the connection in the middle of its answer");
        }
        left -= got;
        return got;
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(left, in.available());
    }

    private static final class Chunks extends Body {

        private final InputStream in;
        private boolean begun;
        private boolean ended;

        Chunks(InputStream in) {
            super(in, 0);
            this.in = in;
        }

        @Override
        long next() throws IOException {
            if (ended) {
                return 0;
            }
            if (begun) {
                Answer.line(in);
            }
            begun = true;
            String size = Answer.line(in).split(";")[0].strip();
            if (!size.matches("[0-9a-fA-F]{1,8}")) {
                throw new IOException("what answers speaks no HTTP/1.1: a chunk has no size");
            }
            long length = Long.parseLong(size, 16);
            if (length == 0) {
                ended = true;
                for (String line = Answer.line(in); !line.isEmpty(); ) {
                    line = Answer.line(in);
                }
            }
            return length;
        }
    }
}
