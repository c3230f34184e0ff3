package dev.rustyrun.linux;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** The format of {@code /proc/pid/mountinfo}; man 5 proc_pid_mountinfo. */
public final class MountInfo {

    private MountInfo() {}

    /** Decodes a field: space, tab, line feed and backslash are written as a backslash and three octal digits. */
    public static String unescape(String field) {
        if (field.indexOf('\\') < 0) {
            return field;
        }
        byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\\'
                    && i + 3 < bytes.length
                    && octal(bytes[i + 1])
                    && octal(bytes[i + 2])
                    && octal(bytes[i + 3])) {
                out.write((bytes[i + 1] - '0') << 6 | (bytes[i + 2] - '0') << 3 | bytes[i + 3] - '0');
                i += 3;
            } else {
                out.write(bytes[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static boolean octal(byte b) {
        return b >= '0' && b <= '7';
    }
}
