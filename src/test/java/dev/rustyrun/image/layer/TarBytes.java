package dev.rustyrun.image.layer;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Writes tar streams byte by byte, because a library refuses to write most of the headers in these tests. */
final class TarBytes {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    TarBytes file(String name, String contents) {
        return entry('0', name, "", 0644, contents.getBytes(StandardCharsets.UTF_8));
    }

    TarBytes file(byte[] name, String contents) {
        return entry('0', name, "", 0644, 1, contents.getBytes(StandardCharsets.UTF_8), 0, 0);
    }

    TarBytes directory(String name) {
        return entry('5', name, "", 0755, new byte[0]);
    }

    TarBytes link(String name, String target) {
        return entry('2', name, target, 0777, new byte[0]);
    }

    TarBytes hardLink(String name, String target) {
        return entry('1', name, target, 0644, new byte[0]);
    }

    TarBytes entry(char type, String name, String link, int mode, byte[] contents) {
        return entry(type, name.getBytes(StandardCharsets.UTF_8), link, mode, 1, contents, 0, 0);
    }

    TarBytes device(char type, String name, int major, int minor) {
        return entry(type, name.getBytes(StandardCharsets.UTF_8), "", 0600, 1, new byte[0], major, minor);
    }

    TarBytes entry(char type, byte[] name, String link, int mode, long time, byte[] contents, int major, int minor) {
        return block(type, name, link, mode, time, contents.length, contents, major, minor);
    }

    private TarBytes block(
            char type,
            byte[] name,
            String link,
            int mode,
            long time,
            long size,
            byte[] contents,
            int major,
            int minor) {
        byte[] block = new byte[512];
        System.arraycopy(name, 0, block, 0, name.length);
        put(block, 100, String.format("%07o\0", mode));
        put(block, 108, "0000000\0");
        put(block, 116, "0000000\0");
        put(block, 124, String.format("%011o", size));
        put(block, 136, String.format("%011o\0", time));
        put(block, 148, "        ");
        block[156] = (byte) type;
        put(block, 157, link);
        put(block, 257, "ustar\00000");
        put(block, 329, String.format("%07o\0", major));
        put(block, 337, String.format("%07o\0", minor));
        return add(block, contents);
    }

    /** Adds a header made elsewhere, with its own checksum. */
    TarBytes add(byte[] block, byte[] contents) {
        put(block, 148, "        ");
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        put(block, 148, String.format("%06o\0 ", sum));
        out.writeBytes(block);
        out.writeBytes(contents);
        out.writeBytes(new byte[-contents.length & 511]);
        return this;
    }

    TarBytes pax(byte[]... records) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] record : records) {
            int length = record.length + 2;
            int whole = length + Integer.toString(length).length();
            whole = length + Integer.toString(whole).length();
            all.writeBytes((whole + " ").getBytes(StandardCharsets.US_ASCII));
            all.writeBytes(record);
            all.write('\n');
        }
        return entry('x', "pax", "", 0644, all.toByteArray());
    }

    TarBytes pax(String... records) {
        byte[][] all = new byte[records.length][];
        for (int i = 0; i < records.length; i++) {
            all[i] = records[i].getBytes(StandardCharsets.UTF_8);
        }
        return pax(all);
    }

    static void put(byte[] block, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, block, at, bytes.length);
    }

    byte[] end() {
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
