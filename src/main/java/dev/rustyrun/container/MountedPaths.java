package dev.rustyrun.container;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountInfo;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.MountOptions;
import dev.rustyrun.spec.ProcPaths;
import dev.rustyrun.spec.Spec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The mounts that a warm launch has made in advance. Before the launch is used, {@link #areCurrent} checks that the host
 * paths still lead to the same files through the same mounts, and that the container paths still lead to the mounts made
 * there. This can change: a process that shares a file system with the container can replace a mount point, and the
 * kernel then detaches or moves the mount; man 2 rename, man 2 rmdir. Not safe for use by several threads.
 */
final class MountedPaths implements AutoCloseable {

    private static final String MOUNTS = "/proc/self/mountinfo";

    /** A path, its real path, and the file there. */
    private record Mounted(String path, String real, FileStatus.Place place) {}

    /** The file at a path below a root directory, and the id of its mount. */
    private record Found(FileStatus.Place place, long mount) {}

    private final Linux linux;
    /** Open to poll for changes of the mount table; man 5 proc_pid_mountinfo. */
    private final OpenFile table;

    private final String rootfs;
    /** Mount points in the container that other processes can move or remove. */
    private final List<String> points;
    /** These mount points, and their parent directories. */
    private final List<String> ways;

    /** The layers of the image, which can be removed, and unpacked again at the same paths. */
    private final List<String> layers;

    private final List<FileStatus.Place> layerPlaces;
    private final List<Mounted> mounted;
    private final List<String> mounts;
    private final List<Optional<FileStatus.Place>> onTheWay;
    private Optional<OpenFile> root = Optional.empty();
    private List<Optional<Found>> inRoot = List.of();
    private boolean changed;
    private boolean closed;

    private MountedPaths(Linux linux, Spec spec, OpenFile table) {
        this.linux = linux;
        this.table = table;
        this.rootfs = spec.root().path();
        this.points = points(spec);
        this.layers = spec.root().image().map(Spec.Image::layers).orElse(List.of());
        // The layers of an image are never changed, and the container's own is its own.
        this.ways = layers.isEmpty() ? ways(points) : List.of();
        this.mounted = Stream.concat(
                        Stream.of(rootfs),
                        spec.mounts().stream().filter(MountedPaths::isBind).map(Spec.Mount::source))
                .map(this::look)
                .toList();
        this.layerPlaces = lookAtLayers();
        this.mounts = mounts();
        this.onTheWay = lookOnTheWay();
    }

    /**
     * The current state of the rootfs or the image, and the bind mounts of {@code spec}. Must be called before they are
     * mounted.
     *
     * @throws LinuxException when the mount table cannot be read
     */
    static MountedPaths of(Linux linux, Spec spec) {
        OpenFile table = new OpenFile(linux, linux.open(MOUNTS, FileFlag.O_RDONLY));
        Optional<MountedPaths> made = Optional.empty();
        try {
            made = Optional.of(new MountedPaths(linux, spec, table));
            return made.get();
        } finally {
            if (made.isEmpty()) {
                table.close();
            }
        }
    }

    private static boolean isBind(Spec.Mount mount) {
        return mount.type().equals("bind")
                || MountOptions.parse(mount.options()).isBind();
    }

    /** Leaves out mount points in a new file system of the container: other processes have no access to it. */
    private static List<String> points(Spec spec) {
        List<String> points = new ArrayList<>();
        List<String> own = new ArrayList<>();
        for (Spec.Mount mount : spec.mounts()) {
            String point = ProcPaths.plain(mount.destination());
            if (!points.contains(point) && own.stream().noneMatch(above -> isIn(point, above))) {
                points.add(point);
                if (!isBind(mount)) {
                    own.add(point);
                }
            }
        }
        return points;
    }

    private static List<String> ways(List<String> points) {
        Set<String> ways = new TreeSet<>();
        for (String point : points) {
            for (String way = point; way.length() > 1; way = way.substring(0, way.lastIndexOf('/'))) {
                ways.add(way);
            }
        }
        return List.copyOf(ways);
    }

    /**
     * Records which mounts the mount points in the container lead to.
     *
     * @param opened root directory of the container, which this object then owns
     * @param complete whether all mounts have been made. Each mount point must then lead to its own mount; otherwise
     *     another process has already replaced one
     */
    void seenFrom(OpenFile opened, boolean complete) {
        root = Optional.of(opened);
        inRoot = lookInRoot(opened);
        if (complete) {
            Set<Long> own =
                    new HashSet<>(Set.of(linux.status(opened.descriptor()).mount()));
            changed = changed
                    || !inRoot.stream()
                            .allMatch(found -> found.filter(point -> own.add(point.mount()))
                                    .isPresent());
        }
    }

    /** Whether a new launch would mount the same files at the same places. Once false, the result stays false. */
    boolean areCurrent() {
        // poll(2) reports a change of the mount table only once.
        changed = changed || hasChanged();
        return !changed;
    }

    private boolean hasChanged() {
        try {
            return tableHasChanged() && !mounts().equals(mounts)
                    || !mounted.stream().allMatch(one -> one.equals(look(one.path())))
                    || !lookAtLayers().equals(layerPlaces)
                    || !lookOnTheWay().equals(onTheWay)
                    || root.filter(opened -> !lookInRoot(opened).equals(inRoot)).isPresent();
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
            throw new UncheckedIOException(path + " has been removed, or cannot be found any more", e);
        }
    }

    private List<FileStatus.Place> lookAtLayers() {
        return layers.stream().map(layer -> linux.status(layer).place()).toList();
    }

    /** Looks in the host's rootfs, because an overlay still shows a directory that was replaced in its lower layer. */
    private List<Optional<FileStatus.Place>> lookOnTheWay() {
        if (ways.isEmpty()) {
            return List.of();
        }
        try (OpenFile opened = new OpenFile(linux, linux.open(rootfs, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            return ways.stream().map(way -> find(opened, way).map(Found::place)).toList();
        }
    }

    private List<Optional<Found>> lookInRoot(OpenFile opened) {
        return points.stream().map(point -> find(opened, point)).toList();
    }

    private Optional<Found> find(OpenFile opened, String path) {
        String relative = path.length() > 1 ? path.substring(1) : ".";
        try (OpenFile file = new OpenFile(linux, linux.openInRoot(opened.descriptor(), relative, FileFlag.O_PATH))) {
            FileStatus status = linux.status(file.descriptor());
            return Optional.of(new Found(status.place(), status.mount()));
        } catch (LinuxException missing) {
            return Optional.empty();
        }
    }

    /** The lines of the mount table for mounts at, above and below the host paths. */
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

    /** Closes the mount table and the container's root; further calls have no effect. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            try {
                table.close();
            } finally {
                root.ifPresent(OpenFile::close);
            }
        }
    }
}
