package dev.rustyrun.image.tar;

import dev.rustyrun.image.tar.TarReader.InvalidTarException;
import dev.rustyrun.linux.FileName;
import dev.rustyrun.linux.Printable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/** The header block of a tar entry, with its numbers and names; POSIX pax(1), "ustar Interchange Format". */
final class TarHeader {

    static final int SIZE = 512;

    private static final int MAX_NAME = 4095;

    private final byte[] block;
    private final boolean anyNames;

    /** @param anyNames whether names that are not UTF-8 are accepted */
    TarHeader(byte[] block, boolean anyNames) {
        this.block = block;
        this.anyNames = anyNames;
    }

    char type() {
        return (char) (block[156] & 0xff);
    }

    long size() throws InvalidTarException {
        return number(124, 12, "size");
    }

    int mode() throws InvalidTarException {
        return (int) (number(100, 8, "mode") & 07777);
    }

    long owner() throws InvalidTarException {
        return number(108, 8, "owner");
    }

    long group() throws InvalidTarException {
        return number(116, 8, "group");
    }

    String link() throws InvalidTarException {
        return text(Arrays.copyOfRange(block, 157, 257), anyNames);
    }

    /** The modification time in seconds since 1970. */
    long modified() throws InvalidTarException {
        return number(136, 12, "time");
    }

    int deviceMajor() throws InvalidTarException {
        return (int) number(329, 8, "device");
    }

    int deviceMinor() throws InvalidTarException {
        return (int) number(337, 8, "device");
    }

    /**
     * The size of a sparse file with its holes, in the old GNU format; the entry's size is that of the pieces alone.
     */
    long wholeSize() throws InvalidTarException {
        return number(483, 12, "whole size");
    }

    /** Adds the pieces of a sparse file in the old GNU format; returns whether another block of pieces follows. */
    static boolean addPieces(byte[] block, int at, int count, SparseMap pieces) throws InvalidTarException {
        TarHeader header = new TarHeader(block, true);
        for (int i = 0; i < count; i++) {
            int entry = at + 24 * i;
            if (block[entry] == 0 || block[entry + 12] == 0) {
                break;
            }
            pieces.add(header.number(entry, 12, "offset"), header.number(entry + 12, 12, "size"));
        }
        return block[at + 24 * count] != 0;
    }

    String name() throws InvalidTarException {
        String name = text(Arrays.copyOfRange(block, 0, 100), anyNames);
        // The old GNU format has other fields in place of the POSIX prefix.
        boolean posix = block[257] == 'u' && block[261] == 'r' && block[262] == 0;
        String prefix = posix ? text(Arrays.copyOfRange(block, 345, 500), anyNames) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    void checkSum() throws InvalidTarException {
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < SIZE; i++) {
            byte b = i >= 148 && i < 156 ? (byte) ' ' : block[i];
            unsigned += b & 0xff;
            signed += b;
        }
        long sum = octal(148, 8).orElse(-1L);
        if (sum != unsigned && sum != signed) {
            throw new InvalidTarException("the checksum of a header is wrong");
        }
    }

    /** Parses an octal number or, if the first bit is set, a binary one. */
    private long number(int at, int length, String what) throws InvalidTarException {
        if ((block[at] & 0x80) != 0) {
            return binary(at, length, what);
        }
        return octal(at, length)
                .orElseThrow(() -> new InvalidTarException("the " + what + " in a header is not an octal number"));
    }

    private long binary(int at, int length, String what) throws InvalidTarException {
        boolean negative = (block[at] & 0x40) != 0;
        long value = negative ? -1 : block[at] & 0x3f;
        for (int i = at + 1; i < at + length; i++) {
            if (value != (value << 8) >> 8) {
                throw new InvalidTarException("the " + what + " in a header is too large");
            }
            value = value << 8 | block[i] & 0xff;
        }
        return value;
    }

    private Optional<Long> octal(int at, int length) {
        int from = at;
        int end = at;
        while (end < at + length && block[end] != 0) {
            end++;
        }
        while (from < end && block[from] == ' ') {
            from++;
        }
        while (end > from && block[end - 1] == ' ') {
            end--;
        }
        long value = 0;
        for (int i = from; i < end; i++) {
            if (block[i] < '0' || block[i] > '7') {
                return Optional.empty();
            }
            value = value << 3 | block[i] - '0';
        }
        return Optional.of(value);
    }

    /** Returns {@code name}, if it is not too long. */
    static String name(String name) throws InvalidTarException {
        if (name.length() > MAX_NAME) {
            throw new InvalidTarException("the name " + Printable.quoted(name) + " is longer than " + MAX_NAME);
        }
        return name;
    }

    /**
     * Decodes a name. Other names than UTF-8 are refused by default: without exact support they would be unpacked under
     * changed names, perhaps two files under the same name.
     *
     * @param anyNames whether other names are accepted; the result is then a {@link FileName}
     */
    static String text(byte[] bytes, boolean anyNames) throws InvalidTarException {
        int end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        if (anyNames) {
            return FileName.of(Arrays.copyOf(bytes, end));
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, end))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidTarException("the name "
                    + Printable.quoted(new String(bytes, 0, end, StandardCharsets.UTF_8)) + " is not UTF-8");
        }
    }
}
