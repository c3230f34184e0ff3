package dev.rustyrun.image.tar;

import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.linux.FileName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/**
 * Writes a POSIX tar stream: a ustar header for each entry, preceded by a pax header for values that do not fit. Names
 * are {@link FileName}s, of any bytes. The output is reproducible.
 */
public final class TarWriter {

    private static final int BLOCK = TarHeader.SIZE;
    private static final int MAX_NAME = 100;
    private static final long MAX_ID = 07777777;
    private static final long MAX_NUMBER = 077777777777L;
    private static final int NAME_END = 100;
    private static final int SUM = 148;
    private static final String PAX_NAME = "././@PaxHeader";

    private final OutputStream out;
    private long left;
    private int padding;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * Begins an entry; {@code size} bytes of contents must follow. Holes are not stored: they must be written as zeros.
     */
    public void put(Entry entry, long size) throws IOException {
        byte[] pax = pax(entry, size);
        if (pax.length > 0) {
            header(new Entry(PAX_NAME, "", 'x', 0644, 0, 0, TarReader.More.NONE), pax.length);
            out.write(pax);
            out.write(new byte[padding]);
        }
        header(entry, size);
        left = size;
    }

    /** Writes contents of the current entry. */
    public void write(byte[] bytes, int count) throws IOException {
        if (count > left) {
            throw new IllegalStateException("the entry has fewer bytes");
        }
        out.write(bytes, 0, count);
        left -= count;
        if (left == 0 && count > 0) {
            out.write(new byte[padding]);
        }
    }

    /** Ends the stream. */
    public void finish() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }

    private static byte[] pax(Entry entry, long size) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        if (isLong(entry.name())) {
            record(all, "path", FileName.bytes(entry.name()));
        }
        if (isLong(entry.link())) {
            record(all, "linkpath", FileName.bytes(entry.link()));
        }
        if (size > MAX_NUMBER) {
            record(all, "size", Long.toString(size));
        }
        if (entry.uid() > MAX_ID) {
            record(all, "uid", Long.toString(entry.uid()));
        }
        if (entry.gid() > MAX_ID) {
            record(all, "gid", Long.toString(entry.gid()));
        }
        TarReader.More more = entry.more();
        if (more.nanos() != 0 || more.seconds() < 0 || more.seconds() > MAX_NUMBER) {
            record(all, "mtime", time(more.seconds(), more.nanos()));
        }
        for (Map.Entry<String, byte[]> attribute : more.attributes().entrySet()) {
            record(all, PaxHeader.ATTRIBUTE + attribute.getKey(), attribute.getValue());
        }
        return all.toByteArray();
    }

    private static boolean isLong(String name) {
        return name.length() > MAX_NAME || name.chars().anyMatch(c -> c >= 0x80);
    }

    private static String time(long seconds, int nanos) {
        boolean borrows = seconds < 0 && nanos > 0;
        long whole = borrows ? seconds + 1 : seconds;
        int part = borrows ? 1_000_000_000 - nanos : nanos;
        String sign = borrows && whole == 0 ? "-" : "";
        return part == 0 ? Long.toString(whole) : String.format("%s%d.%09d", sign, whole, part);
    }

    private static void record(ByteArrayOutputStream all, String key, String value) {
        record(all, key, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a pax record; its length includes the digits of the length itself. */
    private static void record(ByteArrayOutputStream all, String key, byte[] value) {
        byte[] name = (" " + key + "=").getBytes(StandardCharsets.UTF_8);
        int rest = name.length + value.length + 1;
        int length = rest + Integer.toString(rest).length();
        length = rest + Integer.toString(length).length();
        all.writeBytes(Integer.toString(length).getBytes(StandardCharsets.US_ASCII));
        all.writeBytes(name);
        all.writeBytes(value);
        all.write('\n');
    }

    private void header(Entry entry, long size) throws IOException {
        byte[] block = new byte[BLOCK];
        text(block, 0, MAX_NAME, isLong(entry.name()) ? "././@LongName" : entry.name());
        number(block, NAME_END, 8, entry.mode());
        number(block, 108, 8, fitting(entry.uid(), MAX_ID));
        number(block, 116, 8, fitting(entry.gid(), MAX_ID));
        number(block, 124, 12, fitting(size, MAX_NUMBER));
        number(block, 136, 12, fitting(entry.more().seconds(), MAX_NUMBER));
        block[156] = (byte) entry.type();
        text(block, 157, MAX_NAME, isLong(entry.link()) ? "././@LongLink" : entry.link());
        text(block, 257, 8, "ustar\00000");
        number(block, 329, 8, entry.more().major());
        number(block, 337, 8, entry.more().minor());
        Arrays.fill(block, SUM, SUM + 8, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        number(block, SUM, 7, sum);
        out.write(block);
        padding = (int) (-size & BLOCK - 1);
    }

    /** Zero for a value that does not fit; the pax header has the real one. */
    private static long fitting(long value, long most) {
        return value < 0 || value > most ? 0 : value;
    }

    private static void text(byte[] block, int at, int room, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, block, at, Math.min(bytes.length, room));
    }

    private static void number(byte[] block, int at, int room, long value) {
        String digits = Long.toOctalString(value);
        text(block, at, room - 1, "0".repeat(room - 1 - digits.length()) + digits);
    }
}
