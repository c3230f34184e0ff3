package dev.rustyrun.step;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reads the output of {@link PlanWriter}; rejects all other input. */
final class PlanReader {

    private final byte[] bytes;
    private int at;

    PlanReader(byte[] bytes, int start) {
        this.bytes = bytes;
        this.at = start;
    }

    int take8() {
        need(1);
        return Byte.toUnsignedInt(bytes[at++]);
    }

    int take32() {
        need(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = value << 8 | Byte.toUnsignedInt(bytes[at++]);
        }
        return value;
    }

    long take64() {
        return (long) take32() << 32 | Integer.toUnsignedLong(take32());
    }

    boolean takeFlag() {
        int value = take8();
        if (value > 1) {
            throw broken("flag " + value);
        }
        return value == 1;
    }

    /** The element of {@code values} at the encoded index. */
    <T> T takeOneOf(T[] values) {
        int place = take8();
        if (place >= values.length) {
            throw broken("place " + place + " of " + values.length);
        }
        return values[place];
    }

    String takeText() {
        int length = takeCount(1);
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    byte[] takeBytes() {
        int length = takeCount(1);
        at += length;
        return Arrays.copyOfRange(bytes, at - length, at);
    }

    List<String> takeTexts() {
        int count = takeCount(4);
        List<String> texts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            texts.add(takeText());
        }
        return texts;
    }

    List<Integer> takeInts() {
        int count = takeCount(4);
        List<Integer> values = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            values.add(take32());
        }
        return values;
    }

    /** A count of elements of at least {@code size} bytes each, for which enough input must be left. */
    int takeCount(int size) {
        int count = take32();
        if (count < 0 || (long) count * size > bytes.length - at) {
            throw broken("count " + count);
        }
        return count;
    }

    void expectEnd() {
        if (at != bytes.length) {
            throw broken((bytes.length - at) + " bytes too many");
        }
    }

    IllegalArgumentException broken(String what) {
        return new IllegalArgumentException("broken plan at byte " + at + ": " + what);
    }

    private void need(int count) {
        if (bytes.length - at < count) {
            throw broken("it ends too early");
        }
    }
}
