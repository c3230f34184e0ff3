package dev.rustyrun.container.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request body with a maximum length: reading more throws an IOException. */
final class LimitedInput extends FilterInputStream {

    private final long most;
    private long count;

    LimitedInput(InputStream in, long most) {
        super(in);
        this.most = most;
    }

    /** Whether the body is too long. */
    boolean isExceeded() {
        return count > most;
    }

    @Override
    public int read() throws IOException {
        int got = in.read();
        count(got < 0 ? 0 : 1);
        return got;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int got = in.read(buffer, offset, length);
        count(Math.max(got, 0));
        return got;
    }

    @Override
    public long skip(long wanted) throws IOException {
        long skipped = in.skip(wanted);
        count(skipped);
        return skipped;
    }

    private void count(long more) throws IOException {
        count += more;
        if (isExceeded()) {
            throw new IOException("more than " + most + " bytes");
        }
    }
}
