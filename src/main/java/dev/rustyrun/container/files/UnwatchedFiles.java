package dev.rustyrun.container.files;

import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.container.ContainerState;
import dev.rustyrun.container.LaunchTools;
import dev.rustyrun.container.RunningRoot;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** The files of a container without a monitor: a foreground container, a kept one, or one from a bundle. */
public final class UnwatchedFiles {

    private final Linux linux;
    private final LaunchTools tools;
    private final RunningRoot running;
    private final String id;

    /** The files of the container {@code id}. */
    public UnwatchedFiles(LaunchTools tools, String id) {
        this.linux = tools.linux();
        this.tools = tools;
        this.running = new RunningRoot(linux, tools.store());
        this.id = id;
    }

    /** The files on disk of the container {@code state}, whether it runs or not. */
    public static StoredTree stored(LaunchTools tools, ContainerState state) {
        return layered(tools, state)
                .orElseGet(() -> StoredTree.ofDirectory(tools.linux(), tools.self(), state.rootfs()));
    }

    private static Optional<StoredTree> layered(LaunchTools tools, ContainerState state) {
        return StoredTree.ofLayer(tools.linux(), tools.self(), state.id())
                .filter(tree -> tree.place().equals(state.rootfs()));
    }

    /** The files on disk of a stopped container from an image. */
    private Optional<StoredTree> stopped() {
        ContainerState state = tools.store().get(id);
        return tools.store().status(state) == ContainerStatus.STOPPED ? layered(tools, state) : Optional.empty();
    }

    private OpenFile root() {
        ContainerState state = tools.store().get(id);
        if (tools.store().status(state) == ContainerStatus.STOPPED) {
            return new OpenFile(linux, linux.open(state.rootfs(), FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        }
        return running.open(id)
                .orElseThrow(() -> ContainerException.busy("container " + id + " is being made, or has just ended"));
    }

    private ContainerIds ids() {
        return running.ids(id).orElse(ContainerIds.HOSTS);
    }

    /** Checks that {@code path} can be read. */
    public void checkReadable(String path) {
        Optional<StoredTree> stopped = stopped();
        if (stopped.isPresent()) {
            stopped.get().check(path);
            return;
        }
        try (OpenFile root = root()) {
            RootFiles files = new RootFiles(linux, root);
            try (OpenFile start = files.find(path)) {
                files.checkReadable(start, path);
            }
        }
    }

    /** Writes the file or tree at {@code path} as a tar stream. */
    public void read(String path, OutputStream out) throws IOException {
        Optional<StoredTree> stopped = stopped();
        if (stopped.isPresent()) {
            stopped.get().read(path, out);
            return;
        }
        try (OpenFile root = root()) {
            RootFiles files = new RootFiles(linux, root);
            try (OpenFile start = files.find(path)) {
                files.read(start, path, true, FileOwners.of(ids()), out);
            }
        }
    }

    /** Unpacks a tar stream into the directory {@code path}. */
    public void write(String path, InputStream tar) {
        Optional<StoredTree> stopped = stopped();
        if (stopped.isPresent()) {
            stopped.get().write(path, tar);
            return;
        }
        try (OpenFile root = root()) {
            RootFiles files = new RootFiles(linux, root);
            try (OpenFile base = files.find(path)) {
                files.checkDirectory(base, path);
                ContainerIds ids = ids();
                TreeUnpacking unpacking =
                        new TreeUnpacking(linux, base, root, RoomGuard.none(linux, base), FileOwners.of(ids));
                try (ContainerIds.Acting acting = ids.actAsRoot(linux)) {
                    files.unpack(unpacking, new LimitedInput(tar, Long.MAX_VALUE));
                }
            }
        }
    }
}
