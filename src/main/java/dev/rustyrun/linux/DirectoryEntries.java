package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** {@code struct linux_dirent64}s, as getdents64(2) writes them one after the other. */
final class DirectoryEntries {

    static final int ROOM = 32 * 1024;
    private static final int LENGTH = 16;
    private static final int NAME = 19;

    private DirectoryEntries() {}

    /** Adds the names in {@code entries[0..count)} to {@code names}: not those of the directory itself and of its parent. */
    static void decode(byte[] entries, int count, List<String> names, Consumer<String> unusable) {
        ByteBuffer buffer = ByteBuffer.wrap(entries).order(ByteOrder.nativeOrder());
        for (int at = 0; at < count; ) {
            int next = at + Short.toUnsignedInt(buffer.getShort(at + LENGTH));
            int end = at + NAME;
            while (entries[end] != 0) {
                end++;
            }
            add(names, ByteBuffer.wrap(entries, at + NAME, end - at - NAME), unusable);
            at = next;
        }
    }

    private static void add(List<String> names, ByteBuffer name, Consumer<String> unusable) {
        try {
            String text =
                    StandardCharsets.UTF_8.newDecoder().decode(name.duplicate()).toString();
            if (!text.equals(".") && !text.equals("..")) {
                names.add(text);
            }
        } catch (CharacterCodingException e) {
            // Our texts cannot hold it, so that nobody could open it by that name.
            unusable.accept(StandardCharsets.UTF_8.decode(name).toString());
        }
    }
}
