package dev.rustyrun.container;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountInfo;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.MountOptions;
import dev.rustyrun.spec.Spec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The paths of the host that a warm launch has mounted in advance. It can check whether they still lead to the same
 * files through the same mounts. Not safe for use by several threads.
 */
final class MountedPaths implements AutoCloseable {

    private static final String MOUNTS = "/proc/self/mountinfo";

    /** A path, its real path, and the file there. */
    private record Mounted(String path, String real, FileStatus.Place place) {}

    private final Linux linux;
    /** Open to poll for changes of the mount table; man 5 proc_pid_mountinfo. */
    private final OpenFile table;

    private final List<Mounted> mounted;
    private final List<String> mounts;
    private boolean changed;
    private boolean closed;

    private MountedPaths(Linux linux, List<String> paths, OpenFile table) {
        this.linux = linux;
        this.table = table;
        this.mounted = paths.stream().map(this::look).toList();
        this.mounts = mounts();
    }

    /**
     * The current state of the rootfs and the bind mounts of {@code spec}. Must be called before they are mounted.
     *
     * @throws LinuxException when the mount table cannot be read
     */
    static MountedPaths of(Linux linux, Spec spec) {
        List<String> paths = Stream.concat(
                        Stream.of(spec.root().path()),
                        spec.mounts().stream()
                                .filter(mount -> mount.type().equals("bind")
                                        || MountOptions.parse(mount.options()).isBind())
                                .map(Spec.Mount::source))
                .toList();
        OpenFile table = new OpenFile(linux, linux.open(MOUNTS, FileFlag.O_RDONLY));
        Optional<MountedPaths> made = Optional.empty();
        try {
            made = Optional.of(new MountedPaths(linux, paths, table));
            return made.get();
        } finally {
            if (made.isEmpty()) {
                table.close();
            }
        }
    }

    /** Whether what was mounted is what would be mounted now; never again once it is not. */
    boolean areCurrent() {
        // A change of the table is told once only.
        changed = changed || hasChanged();
        return !changed;
    }

    private boolean hasChanged() {
        try {
            return tableHasChanged() && !mounts().equals(mounts)
                    || !mounted.stream().allMatch(one -> one.equals(look(one.path())));
        } catch (LinuxException | UncheckedIOException gone) {
            return true;
        }
    }

    private boolean tableHasChanged() {
        PollSet set = new PollSet(1);
        set.add(table.descriptor(), PollSet.POLLPRI);
        return linux.poll(set, 0);
    }

    private Mounted look(String path) {
        try {
            return new Mounted(
                    path,
                    Path.of(path).toRealPath().toString(),
                    linux.status(path).place());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The lines of the mount table for mounts at, above and below these paths. */
    private List<String> mounts() {
        return linux.readFile(MOUNTS).lines().filter(this::isOfOne).toList();
    }

    private boolean isOfOne(String line) {
        String point = MountInfo.unescape(line.split(" ", 6)[4]);
        return mounted.stream().anyMatch(one -> isIn(one.real(), point) || isIn(point, one.real()));
    }

    private static boolean isIn(String path, String folder) {
        return folder.equals("/") || path.equals(folder) || path.startsWith(folder + "/");
    }

    /** Closes the mount table; further calls have no effect. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            table.close();
        }
    }
}
