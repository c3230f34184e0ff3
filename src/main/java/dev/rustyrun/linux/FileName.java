package dev.rustyrun.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Converts names of files between bytes and Java strings without loss. The kernel forbids only NUL and the slash in a
 * name; man 7 path_resolution. A byte that is not valid UTF-8 becomes a lone surrogate, U+DC80 to U+DCFF. A call that
 * takes the string converts it back to that byte.
 */
public final class FileName {

    private static final char ESCAPE = '\udc00';
    private static final char FIRST = '\udc80';
    private static final char LAST = '\udcff';

    private FileName() {}

    /** The string for these bytes; two different names have two different strings. */
    public static String of(byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length);
        for (CoderResult result = decoder.decode(in, out, true);
                result.isError();
                result = decoder.decode(in, out, true)) {
            out.put((char) (ESCAPE | in.get() & 0xff));
            decoder.reset();
        }
        return out.flip().toString();
    }

    /** The bytes that {@code name} stands for. */
    public static byte[] bytes(String name) {
        int at = escape(name, 0);
        if (at < 0) {
            return name.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(name.length());
        int from = 0;
        for (; at >= 0; at = escape(name, from)) {
            out.writeBytes(name.substring(from, at).getBytes(StandardCharsets.UTF_8));
            out.write(name.charAt(at) - ESCAPE);
            from = at + 1;
        }
        out.writeBytes(name.substring(from).getBytes(StandardCharsets.UTF_8));
        return out.toByteArray();
    }

    private static int escape(String name, int from) {
        for (int i = from; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= FIRST && c <= LAST && (i == 0 || !Character.isHighSurrogate(name.charAt(i - 1)))) {
                return i;
            }
        }
        return -1;
    }
}
