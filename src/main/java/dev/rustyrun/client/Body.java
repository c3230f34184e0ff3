package dev.rustyrun.client;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** The body of a response. It ends where the body ends, even if the connection stays open; RFC 9112 section 6. */
abstract class Body extends ByteStream {

    private final InputStream in;
    private long left;

    private Body(InputStream in, long left) {
        this.in = in;
        this.left = left;
    }

    /** A body of {@code length} bytes. */
    static Body of(InputStream in, long length) {
        return new Body(in, length) {
            @Override
            long next() {
                return 0;
            }
        };
    }

    /** A body in chunks; RFC 9112 section 7.1. */
    static Body inChunks(InputStream in) {
        return new Chunks(in);
    }

    /** The size of the next piece in bytes; 0 at the end, also when called again. */
    abstract long next() throws IOException;

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        left = left == 0 ? next() : left;
        if (left == 0) {
            return -1;
        }
        int got = in.read(bytes, offset, (int) Math.min(length, left));
        if (got < 0) {
            throw new EOFException("the server closed the connection in the middle of its response");
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
                throw new IOException("the server does not speak HTTP/1.1: a chunk has no size");
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
