package dev.rustyrun.container.files;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A request's body as it comes in, which may not be longer than the service takes. */
final class LimitedInput extends FilterInputStream {

    private final long most;
    private long count;

    LimitedInput(InputStream in, long most) {
        super(in);
        this.most = most;
    }

    /** Whether there was more than that. */
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
