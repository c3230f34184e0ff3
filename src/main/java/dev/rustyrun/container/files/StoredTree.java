package dev.rustyrun.container.files;

import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.StoreProcess;
import dev.rustyrun.linux.FileName;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.stage.SelfExec;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The files of a container on disk, whether it runs or not: for a container from an image its own layer and the image's
 * layers, else a directory. A separate process ({@link StoredTreeWork}) accesses them: it has the container's ids, and
 * mounts the tree of an image in its own mount namespace.
 */
public final class StoredTree {

    static final String CHECK = "check";
    static final String READ = "read";
    static final String WRITE = "write";
    static final String CHANGES = "changes";
    static final String LAYER = "layer";
    static final String TREE = "tree";
    static final String DIRECTORY = "directory";

    private final StoreProcess process;
    private final String place;
    private final boolean layered;

    private StoredTree(StoreProcess process, String place, boolean layered) {
        this.process = process;
        this.place = place;
        this.layered = layered;
    }

    /** The folder of the layer, or the directory. */
    String place() {
        return place;
    }

    /** A change to the image's files: A for added, C for changed, D for removed, and the path. */
    public record Change(char kind, String path) {

        /** The kind and the path, as one line. */
        public String line() {
            return kind + " " + Printable.line(path);
        }
    }

    /** The files of the container {@code id}, if it comes from an image. */
    public static Optional<StoredTree> ofLayer(Linux linux, SelfExec self, String id) {
        return ContainerLayers.find(linux, id)
                .map(folder -> new StoredTree(new StoreProcess(linux, self), folder, true));
    }

    /** The files of a container with this root directory. */
    public static StoredTree ofDirectory(Linux linux, SelfExec self, String path) {
        return new StoredTree(new StoreProcess(linux, self), path, false);
    }

    /** Checks that {@code path} can be read. Only for a container from an image. */
    void check(String path) {
        use(CHECK, InputStream.nullInputStream(), OutputStream.nullOutputStream(), path);
    }

    /** Writes the file or tree at {@code path} as a tar stream. Only for a container from an image. */
    void read(String path, OutputStream out) {
        use(READ, InputStream.nullInputStream(), out, path);
    }

    /** Unpacks a tar stream into the directory {@code path}. Only for a container from an image that does not run. */
    Unpacked write(String path, InputStream tar) {
        ByteArrayOutputStream done = new ByteArrayOutputStream();
        use(WRITE, tar, done, path);
        String[] numbers = done.toString(StandardCharsets.US_ASCII).split(" ");
        return new Unpacked(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
    }

    /** The changes that a container has made to the files of its image. */
    public List<Change> changes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        use(CHANGES, InputStream.nullInputStream(), out, "");
        byte[] all = out.toByteArray();
        List<Change> changes = new ArrayList<>();
        for (int from = 0, to = 0; from < all.length; from = to + 1) {
            to = from;
            while (all[to] != 0) {
                to++;
            }
            changes.add(new Change((char) all[from], FileName.of(Arrays.copyOfRange(all, from + 1, to))));
        }
        return changes;
    }

    /** Writes the changes that a container has made to its image as an image layer. */
    public void writeLayer(OutputStream out) {
        use(LAYER, InputStream.nullInputStream(), out, "");
    }

    /** Writes the whole tree as a tar stream. */
    public void writeTree(OutputStream out) {
        use(layered ? TREE : DIRECTORY, InputStream.nullInputStream(), out, "");
    }

    private void use(String work, InputStream in, OutputStream out, String path) {
        process.stream(in, out, work, encoded(place), encoded(path));
    }

    private static String encoded(String word) {
        return URLEncoder.encode(word, StandardCharsets.UTF_8);
    }
}
