package dev.rustyrun.image.layer;

import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.linux.AttributeName;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import java.util.Map;

/**
 * Applies the metadata of a layer's entries to files. The owner is set first, because a change of the owner clears
 * set-user-id bits and capabilities; man 2 chown.
 */
final class LayerAttributes {

    /** The umask of a process that unpacks layers. */
    static final int UMASK = 0022;

    private static final long MAX_ID = 0xFFFFFFFEL;

    private final Linux linux;
    private final LayerOwners owners;
    private final int newUser;
    private final int newGroup;

    /** @param root the root of the layer, which is empty */
    LayerAttributes(Linux linux, LayerOwners owners, OpenFile root) {
        this.linux = linux;
        this.owners = owners;
        // Directories get their owners and modes at the end, so all new files have the owner of the new root.
        FileStatus status = linux.status(root.descriptor());
        this.newUser = status.uid();
        this.newGroup = status.gid();
    }

    /** The mode with which a file is created. Most files have no other bits, so that their mode need not be changed. */
    static int initialMode(Entry entry) {
        return entry.mode() & 0777 & ~UMASK;
    }

    /** Applies the metadata to a new open file, which was created with {@link #initialMode}. */
    void giveToNew(Entry entry, OpenFile file) {
        boolean owned = user(entry) == newUser && group(entry) == newGroup;
        if (!owned) {
            linux.changeOwner(file.descriptor(), user(entry), group(entry));
        }
        if (entry.mode() != initialMode(entry)) {
            linux.changeMode(file.descriptor(), entry.mode());
        }
        giveRest(entry, file);
    }

    /** Applies the metadata to an open file or directory. */
    void give(Entry entry, OpenFile file) {
        linux.changeOwner(file.descriptor(), user(entry), group(entry));
        linux.changeMode(file.descriptor(), entry.mode());
        giveRest(entry, file);
    }

    private void giveRest(Entry entry, OpenFile file) {
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
