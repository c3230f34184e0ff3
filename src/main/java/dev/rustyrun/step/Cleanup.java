package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes what {@code run} has made on the host, in its stead. It holds the directories above open: when it is needed, the
 * host's paths lead nowhere any more, for {@code init} has changed the root of the mount namespace that it shares with
 * {@code child}.
 */
public final class Cleanup {

    /** Has nothing to remove. */
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
     * Removes everything that can be; a cgroup may take a moment after its last process has ended. The files, and the
     * directory that they are in, come last: they say what there is, should this process be killed too.
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
                // What cannot be removed is left to "rustyrun gc".
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
