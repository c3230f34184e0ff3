package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes what {@code run} has created on the host, if {@code run} itself cannot. It keeps the parent directories open:
 * when it is needed, the host's paths are no longer valid, because {@code init} has changed the root of the mount
 * namespace that it shares with {@code child}.
 */
public final class Cleanup {

    /** Removes nothing. */
    static final Cleanup NOTHING = new Cleanup(null, List.of(), List.of());

    private static final int ATTEMPTS = 100;
    private static final long PAUSE_MILLIS = 10;

    private record Entry(int parent, String name) {}

    private final Linux linux;
    private final List<Entry> files;
    private final List<Entry> directories;

    private Cleanup(Linux linux, List<Entry> files, List<Entry> directories) {
        this.linux = linux;
        this.files = files;
        this.directories = directories;
    }

    static Cleanup of(Linux linux, List<String> files, List<String> directories) {
        return new Cleanup(linux, entries(linux, files), entries(linux, directories));
    }

    private static List<Entry> entries(Linux linux, List<String> paths) {
        List<Entry> entries = new ArrayList<>();
        String opened = "";
        for (String path : paths) {
            String parent = InsideRootfs.parentOf(path);
            int descriptor = parent.equals(opened)
                    ? entries.get(entries.size() - 1).parent
                    : linux.open(parent, FileFlag.O_PATH | FileFlag.O_DIRECTORY);
            entries.add(new Entry(descriptor, InsideRootfs.nameOf(path)));
            opened = parent;
        }
        return entries;
    }

    /**
     * Removes everything that can be removed; a cgroup may stay busy for a moment after its last process has ended. The
     * files and their directory come last: they record what else exists, in case this process is killed, too.
     */
    public void perform() {
        int last = directories.size() - 1;
        for (int i = 0; i < last; i++) {
            remove(directories.get(i));
        }
        for (Entry file : files) {
            try {
                linux.removeFile(file.parent, file.name);
            } catch (LinuxException e) {
                // "rustyrun gc" removes the rest.
            }
        }
        if (last >= 0) {
            remove(directories.get(last));
        }
    }

    private void remove(Entry directory) {
        for (int attempt = 0; attempt < ATTEMPTS && isBusy(directory); attempt++) {
            linux.poll(new dev.rustyrun.linux.PollSet(1), (int) PAUSE_MILLIS);
        }
    }

    private boolean isBusy(Entry directory) {
        try {
            linux.removeDirectory(directory.parent, directory.name);
            return false;
        } catch (LinuxException e) {
            return e.errno() == Errno.EBUSY;
        }
    }
}
