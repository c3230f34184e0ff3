package dev.rustyrun.step;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Builds the plan's binary form: big-endian integers, and UTF-8 strings with their lengths. */
public final class PlanWriter {

    private byte[] bytes = new byte[2048];
    private int length;

    PlanWriter put8(int value) {
        room(1);
        bytes[length++] = (byte) value;
        return this;
    }

    PlanWriter put32(int value) {
        room(4);
        for (int shift = 24; shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    PlanWriter put64(long value) {
        put32((int) (value >>> 32));
        put32((int) value);
        return this;
    }

    PlanWriter putFlag(boolean value) {
        put8(value ? 1 : 0);
        return this;
    }

    PlanWriter putText(String text) {
        return putBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    PlanWriter putBytes(byte[] more) {
        put32(more.length);
        room(more.length);
        System.arraycopy(more, 0, bytes, length, more.length);
        length += more.length;
        return this;
    }

    PlanWriter putTexts(List<String> texts) {
        put32(texts.size());
        texts.forEach(this::putText);
        return this;
    }

    PlanWriter putInts(List<Integer> values) {
        put32(values.size());
        values.forEach(this::put32);
        return this;
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
