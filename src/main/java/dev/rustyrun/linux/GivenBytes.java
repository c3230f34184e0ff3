package dev.rustyrun.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments and the environment of this process as raw bytes. Java decodes them and replaces invalid UTF-8 by
 * U+FFFD, so a container would get other bytes than its caller passed.
 */
public final class GivenBytes {

    private static final int MAX_SHOWN = 80;
    private static final char REPLACEMENT = '\uFFFD';

    private GivenBytes() {}

    /** Decodes {@code bytes}; empty when they are not valid UTF-8. */
    public static Optional<String> text(byte[] bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /**
     * The error for the first of {@code arguments} that Java decoded wrongly, if any; they are the last arguments of
     * this process.
     */
    public static Optional<String> wrongArgument(List<String> arguments) {
        if (!isSuspect(arguments)) {
            return Optional.empty();
        }
        List<byte[]> given = read("/proc/self/cmdline");
        int before = given.size() - arguments.size();
        for (int i = 0; i < arguments.size() && before >= 0; i++) {
            byte[] bytes = given.get(before + i);
            Optional<String> text = text(bytes);
            if (text.isEmpty()) {
                return Optional.of("argument " + (i + 1) + ", " + shown(bytes) + ", is not UTF-8");
            } else if (!text.get().equals(arguments.get(i))) {
                return Optional.of("argument " + (i + 1) + ", " + shown(bytes)
                        + ", cannot be read by a JVM in this locale: set LC_ALL=C.UTF-8");
            }
        }
        return Optional.empty();
    }

    /** Whether the environment variable {@code name} of this process really has the bytes of {@code value}. */
    public static boolean isValue(String name, String value) {
        return !isSuspect(List.of(value))
                || read("/proc/self/environ").stream()
                        .anyMatch(bytes -> text(bytes).equals(Optional.of(name + "=" + value)));
    }

    private static boolean isSuspect(List<String> words) {
        // Each start of the program runs this; a stream would load more code.
        for (String word : words) {
            if (word.indexOf(REPLACEMENT) >= 0) {
                return true;
            }
        }
        return false;
    }

    /** {@code bytes} in quotation marks, with C escapes for everything that is not printable ASCII. */
    private static String shown(byte[] bytes) {
        StringBuilder shown = new StringBuilder("\"");
        for (int i = 0; i < Math.min(bytes.length, MAX_SHOWN); i++) {
            boolean plain = bytes[i] >= ' ' && bytes[i] < 0x7f;
            shown.append(plain ? Character.toString((char) bytes[i]) : String.format("\\x%02x", bytes[i] & 0xff));
        }
        return shown.append(bytes.length > MAX_SHOWN ? "..." : "").append('"').toString();
    }

    private static List<byte[]> read(String file) {
        byte[] all;
        try {
            all = Files.readAllBytes(Path.of(file));
        } catch (IOException e) {
            return List.of();
        }
        List<byte[]> words = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == 0) {
                words.add(java.util.Arrays.copyOfRange(all, start, i));
                start = i + 1;
            }
        }
        return words;
    }
}
