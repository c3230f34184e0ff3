package dev.rustyrun.image.layer;

import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.linux.AttributeName;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import java.util.Map;

/**
 * Applies the metadata of a layer's entries to files. The owner is set first, because a change of the owner clears
 * set-user-id bits and capabilities; man 2 chown.
 */
final class LayerAttributes {

    private static final long MAX_ID = 0xFFFFFFFEL;

    private final Linux linux;
    private final LayerOwners owners;

    LayerAttributes(Linux linux, LayerOwners owners) {
        this.linux = linux;
        this.owners = owners;
    }

    /** Applies the metadata to an open file or directory. */
    void give(Entry entry, OpenFile file) {
        linux.changeOwner(file.descriptor(), user(entry), group(entry));
        linux.changeMode(file.descriptor(), entry.mode());
        for (Map.Entry<String, byte[]> attribute : entry.more().attributes().entrySet()) {
            if (AttributeName.isCopied(attribute.getKey())) {
                AttributeName.attempt(
                        () -> linux.setAttribute(file.descriptor(), attribute.getKey(), attribute.getValue()));
            }
        }
        linux.setTimes(file.descriptor(), entry.more().seconds(), entry.more().nanos());
    }

    /**
     * Applies the metadata to a file that cannot be opened, such as a link or a device, by its name in {@code parent}.
     */
    void give(Entry entry, OpenFile parent, String name, boolean link) {
        linux.changeOwner(parent.descriptor(), name, user(entry), group(entry));
        if (!link) {
            linux.changeMode(parent.descriptor(), name, entry.mode());
        }
        for (Map.Entry<String, byte[]> attribute : entry.more().attributes().entrySet()) {
            if (AttributeName.isCopied(attribute.getKey())) {
                AttributeName.attempt(() ->
                        linux.setOwnAttribute(parent.path() + "/" + name, attribute.getKey(), attribute.getValue()));
            }
        }
        linux.setTimes(
                parent.descriptor(), name, entry.more().seconds(), entry.more().nanos());
    }

    private int user(Entry entry) {
        return owners.asGiven() ? id(entry, entry.uid()) : owners.user();
    }

    private int group(Entry entry) {
        return owners.asGiven() ? id(entry, entry.gid()) : owners.group();
    }

    private static int id(Entry entry, long id) {
        if (id < 0 || id > MAX_ID) {
            throw new LayerException("entry " + Printable.quoted(entry.name()) + " of the layer belongs to " + id
                    + ", which is not a valid user or group id");
        }
        return (int) id;
    }
}
