package dev.rustyrun.plan;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Grows a byte array by the primitives of the plan's binary form: big-endian integers and counted UTF-8. */
final class PlanWriter {

    private byte[] bytes = new byte[2048];
    private int length;

    void put8(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    void put32(int value) {
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
    }

    void put64(long value) {
        put32((int) (value >>> 32));
        put32((int) value);
    }

    void putFlag(boolean value) {
        put8(value ? 1 : 0);
    }

    void putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        put32(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, length, utf8.length);
        length += utf8.length;
    }

    void putTexts(List<String> texts) {
        put32(texts.size());
        texts.forEach(this::putText);
    }

    void putInts(List<Integer> values) {
        put32(values.size());
        values.forEach(this::put32);
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }
}
