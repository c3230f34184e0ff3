package dev.rustyrun.image.layer;

import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.linux.AttributeName;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What a layer says of its files beside their contents. An owner comes first: a change of that takes set-user-id bits and
 * capabilities away; man 2 chown.
 */
final class LayerAttributes {

    private static final long MAX_ID = 0xFFFFFFFEL;
    private static final byte[] YES = "y".getBytes(StandardCharsets.US_ASCII);

    private final Linux linux;
    private final LayerOwners owners;

    LayerAttributes(Linux linux, LayerOwners owners) {
        this.linux = linux;
        this.owners = owners;
    }

    /** Lets an open directory hide that of lower layers. */
    void hideLower(OpenFile directory) {
        linux.setAttribute(directory.descriptor(), owners.opaque(), YES);
    }

    /** Gives an open file or directory all of it. */
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

    /** The same for what is not opened, such as a link or a device, by its name in {@code parent}. */
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
                    + ", which is no user's or group's id");
        }
        return (int) id;
    }
}
