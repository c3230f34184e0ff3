package dev.rustyrun.http;

import dev.rustyrun.spec.CapturedOutput;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/**
 * A captured output as a JSON object, in pieces: text if it is valid UTF-8, otherwise base64. Pieces are created on
 * demand, so that an output is never in memory twice.
 */
final class OutputJson {

    private static final int PIECE = 16 * 1024;
    /** A multiple of three bytes, which base64 encodes as four characters. */
    private static final int BASE64_PIECE = PIECE / 3 * 3;

    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final CapturedOutput.Stream captured;
    private final List<byte[]> chunks;
    private final boolean text;
    /** Bytes that are not sent yet. */
    private long left;

    private int chunk;
    private int at;
    private int step;

    OutputJson(CapturedOutput.Stream captured) {
        this.captured = captured;
        this.chunks = captured.chunks();
        long cut = cut(chunks);
        // Truncated text may end within a character, whose bytes are then omitted.
        this.text = cut == 0 || cut > 0 && captured.truncated();
        this.left = captured.size() - (text ? cut : 0);
    }

    /** The number of bytes at the end that are an incomplete character; -1 if the bytes are not UTF-8. */
    private static long cut(List<byte[]> chunks) {
        CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
        CharBuffer dropped = CharBuffer.allocate(PIECE);
        ByteBuffer carried = ByteBuffer.allocate(PIECE);
        for (byte[] bytes : chunks) {
            for (int from = 0; from < bytes.length; ) {
                int count = Math.min(bytes.length - from, carried.remaining());
                carried.put(bytes, from, count).flip();
                from += count;
                if (decoder.decode(carried, dropped.clear(), false).isError()) {
                    return -1;
                }
                carried.compact();
            }
        }
        return carried.position();
    }

    /** The next piece; empty at the end. */
    byte[] next() {
        if (step == 0) {
            step = 1;
            return ascii(text ? "{\"text\":\"" : "{\"base64\":\"");
        }
        if (step == 1) {
            byte[] piece = take(text ? PIECE : BASE64_PIECE);
            if (piece.length > 0) {
                return text ? escaped(piece) : Base64.getEncoder().encode(piece);
            }
            step = 2;
            return ascii("\",\"bytes\":" + captured.total() + ",\"truncated\":" + captured.truncated() + "}");
        }
        return new byte[0];
    }

    private byte[] take(int count) {
        int wanted = (int) Math.min(count, left);
        ByteArrayOutputStream taken = new ByteArrayOutputStream(wanted);
        while (taken.size() < wanted && chunk < chunks.size()) {
            byte[] bytes = chunks.get(chunk);
            int piece = Math.min(wanted - taken.size(), bytes.length - at);
            taken.write(bytes, at, piece);
            at += piece;
            if (at == bytes.length) {
                chunk++;
                at = 0;
            }
        }
        left -= taken.size();
        return taken.toByteArray();
    }

    /** In UTF-8 only ASCII characters need JSON escapes, so that the text may be split anywhere. */
    private static byte[] escaped(byte[] piece) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(piece.length + piece.length / 8);
        for (byte b : piece) {
            switch (b) {
                case '"', '\\' -> {
                    out.write('\\');
                    out.write(b);
                }
                case '\n' -> out.writeBytes(ascii("\\n"));
                case '\r' -> out.writeBytes(ascii("\\r"));
                case '\t' -> out.writeBytes(ascii("\\t"));
                default -> {
                    if (b >= 0 && b < ' ') {
                        out.writeBytes(ascii("\\u00"));
                        out.write(HEX[b >> 4]);
                        out.write(HEX[b & 15]);
                    } else {
                        out.write(b);
                    }
                }
            }
        }
        return out.toByteArray();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
