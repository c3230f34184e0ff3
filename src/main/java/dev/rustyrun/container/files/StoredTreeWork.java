package dev.rustyrun.container.files;

import dev.rustyrun.container.ContainerIds;
import dev.rustyrun.container.LayerMount;
import dev.rustyrun.image.layer.CopyChanges;
import dev.rustyrun.image.layer.LayerChanges;
import dev.rustyrun.image.layer.TreeTar;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileName;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.step.LayerCopy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.BiConsumer;

/** The work of the process that {@link StoredTree} starts. */
public final class StoredTreeWork {

    private static final Set<String> MOUNT_POINTS = Set.of("/etc/resolv.conf", "/etc/hosts", "/etc/hostname");

    private final Linux linux;
    private final String place;
    private final boolean inUserNamespace;

    private StoredTreeWork(Linux linux, String place, boolean inUserNamespace) {
        this.linux = linux;
        this.place = place;
        this.inUserNamespace = inUserNamespace;
    }

    /**
     * Does the work.
     *
     * @param inUserNamespace whether this process is in the user namespace of an ordinary user
     * @param in the tar stream to unpack
     * @param out receives the result
     * @param words the name of the work, the folder of a layer or the directory, and a path in the tree
     */
    public static void perform(Linux linux, boolean inUserNamespace, InputStream in, OutputStream out, String... words)
            throws IOException {
        StoredTreeWork work = new StoredTreeWork(linux, decoded(words[1]), inUserNamespace);
        String path = words.length > 2 ? decoded(words[2]) : "";
        switch (words[0]) {
            case StoredTree.CHECK -> work.check(path);
            case StoredTree.READ -> work.read(path, out);
            case StoredTree.WRITE -> work.write(path, in, out);
            case StoredTree.CHANGES -> work.changes(out);
            case StoredTree.LAYER -> work.layer(out);
            case StoredTree.TREE -> work.tree(out);
            default -> work.directory(out);
        }
    }

    private static String decoded(String word) {
        return URLDecoder.decode(word, StandardCharsets.UTF_8);
    }

    private LayerMount mount() {
        return new LayerMount(linux, place, inUserNamespace);
    }

    private OpenFile readable() {
        LayerMount mount = mount();
        return mount.withVolumes(mount.readOnly());
    }

    private void check(String path) {
        try (OpenFile root = readable()) {
            RootFiles files = new RootFiles(linux, root);
            try (OpenFile start = files.find(path)) {
                files.checkReadable(start, path);
            }
        }
    }

    private void read(String path, OutputStream out) throws IOException {
        try (OpenFile root = readable()) {
            RootFiles files = new RootFiles(linux, root);
            try (OpenFile start = files.find(path)) {
                files.checkReadable(start, path);
                files.read(start, path, true, FileOwners.of(ContainerIds.HOSTS), out);
            }
        }
    }

    private void write(String path, InputStream in, OutputStream out) throws IOException {
        int flags = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY | FileFlag.O_NOFOLLOW;
        try (OpenFile folder = new OpenFile(linux, linux.open(place, flags))) {
            if (!linux.lockIfFree(folder.descriptor())) {
                throw ContainerException.busy("the container is being started, or files are put into it: try again");
            }
            LayerMount mount = mount();
            try (OpenFile root = mount.withVolumes(mount.writable())) {
                RootFiles files = new RootFiles(linux, root);
                try (OpenFile base = files.find(path)) {
                    files.checkDirectory(base, path);
                    TreeUnpacking unpacking = new TreeUnpacking(
                            linux, base, root, RoomGuard.none(linux, base), FileOwners.of(ContainerIds.HOSTS));
                    files.unpack(unpacking, new LimitedInput(in, Long.MAX_VALUE));
                    Unpacked done = unpacking.unpacked();
                    out.write((done.entries() + " " + done.bytes()).getBytes(StandardCharsets.US_ASCII));
                }
            }
        }
    }

    private void changes(OutputStream out) throws IOException {
        BiConsumer<Character, String> receiver = (change, path) -> {
            try {
                out.write(change);
                out.write(FileName.bytes(path));
                out.write(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
        LayerCopy copy = new LayerCopy(linux, place);
        if (copy.exists()) {
            try (OpenFile root = copy.root()) {
                CopyChanges.find(linux, copy.snapshot(), root).forEach(receiver);
            }
            return;
        }
        LayerMount mount = mount();
        try (OpenFile image = mount.image();
                OpenFile upper = mount.upper()) {
            LayerChanges.find(linux, image, upper, receiver);
        }
    }

    private void layer(OutputStream out) throws IOException {
        LayerCopy copy = new LayerCopy(linux, place);
        if (copy.exists()) {
            try (OpenFile root = copy.root()) {
                CopyChanges changes = CopyChanges.find(linux, copy.snapshot(), root);
                TreeTar.writeLayer(linux, root, changes, MOUNT_POINTS, out);
            }
            return;
        }
        try (OpenFile upper = mount().upper()) {
            TreeTar.writeLayer(linux, upper, MOUNT_POINTS, out);
        }
    }

    private void tree(OutputStream out) throws IOException {
        try (OpenFile root = mount().readOnly()) {
            TreeTar.write(linux, root, out);
        }
    }

    private void directory(OutputStream out) throws IOException {
        try (OpenFile root = new OpenFile(linux, linux.open(place, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            TreeTar.write(linux, root, out);
        }
    }
}
