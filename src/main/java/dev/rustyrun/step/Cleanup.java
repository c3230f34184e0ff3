package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes what {@code run} has created on the host, if {@code run} itself cannot. It keeps the parent directories open:
 * when it is needed, the host's paths are no longer valid, because {@code init} has changed the root of the mount
 * namespace that it shares with {@code child}.
 */
public final class Cleanup {

    /** Removes nothing. */
    static final Cleanup NOTHING = new Cleanup(null, List.of());

    private static final int ATTEMPTS = 100;
    private static final long PAUSE_MILLIS = 10;

    private record Entry(int parent, String name, boolean isDirectory) {}

    private final Linux linux;
    private final List<Entry> entries;

    private Cleanup(Linux linux, List<Entry> entries) {
        this.linux = linux;
        this.entries = entries;
    }

    /**
     * Opens the parent directories. The files and the last of the directories, which contains them, are removed last:
     * they record what else exists, in case the removing process is killed, too.
     */
    static Cleanup of(Linux linux, List<String> files, List<String> directories) {
        List<Entry> ofFiles = entries(linux, files, false);
        List<Entry> all = entries(linux, directories, true);
        all.addAll(Math.max(0, all.size() - 1), ofFiles);
        return new Cleanup(linux, all);
    }

    private static List<Entry> entries(Linux linux, List<String> paths, boolean areDirectories) {
        List<Entry> entries = new ArrayList<>();
        String opened = "";
        for (String path : paths) {
            String parent = InsideRootfs.parentOf(path);
            int descriptor = parent.equals(opened)
                    ? entries.get(entries.size() - 1).parent
                    : linux.open(parent, FileFlag.O_PATH | FileFlag.O_DIRECTORY);
            entries.add(new Entry(descriptor, InsideRootfs.nameOf(path), areDirectories));
            opened = parent;
        }
        return entries;
    }

    /** Removes everything that can be removed; a cgroup may stay busy for a moment after its last process has ended. */
    public void perform() {
        for (Entry entry : entries) {
            for (int attempt = 0; attempt < ATTEMPTS && isBusy(entry); attempt++) {
                linux.poll(new PollSet(1), (int) PAUSE_MILLIS);
            }
        }
    }

    private boolean isBusy(Entry entry) {
        try {
            if (entry.isDirectory) {
                linux.removeDirectory(entry.parent, entry.name);
            } else {
                linux.removeFile(entry.parent, entry.name);
            }
            return false;
        } catch (LinuxException e) {
            // "rustyrun gc" removes the rest.
            return e.errno() == Errno.EBUSY;
        }
    }

    /** The number of files and directories to remove. */
    int size() {
        return entries.size();
    }

    /** The open directories. */
    int[] descriptors() {
        int[] descriptors = new int[entries.size()];
        for (int i = 0; i < descriptors.length; i++) {
            descriptors[i] = entries.get(i).parent;
        }
        return descriptors;
    }

    /** The entries for the {@link ChildProgram}, in the order in which they are removed. */
    byte[] encode() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Entry entry : entries) {
            byte[] name = entry.name.getBytes(StandardCharsets.UTF_8);
            out.writeBytes(ByteBuffer.allocate(2 * Integer.BYTES + name.length + 1)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(entry.parent)
                    .putInt(entry.isDirectory ? FileFlag.AT_REMOVEDIR : 0)
                    .put(name)
                    .array());
        }
        return out.toByteArray();
    }
}
