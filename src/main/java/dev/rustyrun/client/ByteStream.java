package dev.rustyrun.client;

import java.io.IOException;
import java.io.InputStream;

/** An input stream whose subclasses implement only the read of several bytes. */
abstract class ByteStream extends InputStream {

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public abstract int read(byte[] bytes, int offset, int length) throws IOException;
}
