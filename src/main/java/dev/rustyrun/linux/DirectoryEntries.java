package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** Decodes the sequence of {@code struct linux_dirent64} that getdents64(2) writes. */
final class DirectoryEntries {

    /** Small, because most directories have few entries, and a launch lists dozens. */
    static final int ROOM = 4 * 1024;

    private static final int LENGTH = 16;
    private static final int NAME = 19;

    private DirectoryEntries() {}

    /** Adds the names in {@code entries[0..count)} to {@code names}, except {@code .} and {@code ..}. */
    static void decode(byte[] entries, int count, List<String> names, Consumer<String> unusable) {
        decode(entries, count, name -> add(names, ByteBuffer.wrap(name), unusable));
    }

    /** Passes the names in {@code entries[0..count)} to {@code names}, except {@code .} and {@code ..}. */
    static void decode(byte[] entries, int count, Consumer<byte[]> names) {
        ByteBuffer buffer = ByteBuffer.wrap(entries).order(ByteOrder.nativeOrder());
        for (int at = 0; at < count; ) {
            int next = at + Short.toUnsignedInt(buffer.getShort(at + LENGTH));
            int end = at + NAME;
            while (entries[end] != 0) {
                end++;
            }
            byte[] name = Arrays.copyOfRange(entries, at + NAME, end);
            if (!isDots(name)) {
                names.accept(name);
            }
            at = next;
        }
    }

    private static boolean isDots(byte[] name) {
        return name[0] == '.' && (name.length == 1 || name.length == 2 && name[1] == '.');
    }

    private static void add(List<String> names, ByteBuffer name, Consumer<String> unusable) {
        try {
            names.add(
                    StandardCharsets.UTF_8.newDecoder().decode(name.duplicate()).toString());
        } catch (CharacterCodingException e) {
            // A Java string cannot hold this name, so no path with it could be opened.
            unusable.accept(StandardCharsets.UTF_8.decode(name).toString());
        }
    }
}
