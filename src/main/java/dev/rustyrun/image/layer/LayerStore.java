package dev.rustyrun.image.layer;

import dev.rustyrun.image.tar.TarReader;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.TreeRemoval;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Unpacked layers, shared by all images and containers. Each has a directory named by the hash of its tar stream. It
 * appears atomically: the layer is unpacked into a temporary directory, which is synced and renamed. A killed process
 * leaves a temporary directory that the next one removes. Safe for use by several processes: each layer has a lock.
 */
public final class LayerStore {

    private static final String TREE = "tree";
    private static final String INFO = "info";
    private static final String NEW = ".new-";
    private static final String OLD = ".old-";
    private static final String LOCKS = ".locks";
    private static final int FOLDER = FileFlag.O_RDONLY | FileFlag.O_DIRECTORY | FileFlag.O_NOFOLLOW;

    private final Linux linux;
    private final String path;

    /** @param path the folder of the layers; it and its parents are made with the first layer */
    public LayerStore(Linux linux, Path path) {
        this.linux = linux;
        this.path = path.toString();
    }

    /**
     * A layer to unpack.
     *
     * @param blob the file with the layer
     * @param algorithm the algorithm of its hash, {@code sha256} or {@code sha512}
     * @param hex the hash of the uncompressed tar, which is the diffId without its algorithm
     */
    public record Layer(Path blob, String algorithm, String hex) {}

    /** Whether the layer is unpacked. */
    public boolean has(String hex) {
        return linux.exists(path + "/" + hex);
    }

    /** The path of the files of a layer. */
    public String tree(String hex) {
        return path + "/" + hex + "/" + TREE;
    }

    /** The hash of the layer whose files are at {@code tree}, a path from {@link #tree}. */
    public static String hexOf(String tree) {
        return Path.of(tree).getParent().getFileName().toString();
    }

    /** Whether the layer has an entry for the root directory, with its mode and owner; false if it was just removed. */
    public boolean hasRootEntry(String hex) {
        try {
            return linux.readFile(path + "/" + hex + "/" + INFO).contains("root=true");
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Unpacks the missing ones of {@code layers}.
     *
     * @throws LayerException for the first layer that cannot be unpacked; others may have been unpacked
     */
    public void unpack(List<Layer> layers, LayerOwners owners, LayerLimits limits) {
        // The locks are taken in sorted order, so that two processes cannot deadlock.
        TreeMap<String, Layer> wanted = new TreeMap<>();
        layers.stream().filter(layer -> !has(layer.hex())).forEach(layer -> wanted.put(layer.hex(), layer));
        if (wanted.isEmpty()) {
            return;
        }
        makeFolders();
        List<OpenFile> locks = new ArrayList<>();
        try (OpenFile folder = new OpenFile(linux, linux.open(path, FOLDER))) {
            wanted.keySet().forEach(hex -> locks.add(lock(hex)));
            wanted.keySet().removeIf(this::has);
            unpack(folder, List.copyOf(wanted.values()), owners, limits);
        } finally {
            locks.forEach(OpenFile::close);
        }
    }

    private void unpack(OpenFile folder, List<Layer> missing, LayerOwners owners, LayerLimits limits) {
        ExecutorService threads =
                Executors.newFixedThreadPool(Math.min(2, Math.max(1, missing.size())), LayerStore::thread);
        List<Future<?>> all = new ArrayList<>();
        List<String> done = new ArrayList<>();
        List<RuntimeException> failures = new ArrayList<>();
        missing.forEach(layer -> all.add(threads.submit(() -> unpackBeside(folder, layer, owners, limits))));
        for (int i = 0; i < missing.size(); i++) {
            try {
                all.get(i).get();
                done.add(missing.get(i).hex());
            } catch (ExecutionException e) {
                TreeRemoval.remove(linux, folder, NEW + missing.get(i).hex());
                failures.add(failure(missing.get(i), e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LayerException("interrupted");
            }
        }
        threads.shutdown();
        if (!done.isEmpty()) {
            linux.syncFileSystem(folder.descriptor());
            done.forEach(hex -> linux.rename(folder.descriptor(), NEW + hex, hex));
            linux.sync(folder.descriptor());
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "unpacking");
        thread.setDaemon(true);
        return thread;
    }

    private static RuntimeException failure(Layer layer, Throwable e) {
        String name = layer.algorithm() + ":"
                + layer.hex().substring(0, Math.min(12, layer.hex().length()));
        if (e instanceof LayerException || e instanceof IOException || e instanceof LinuxException) {
            return new LayerException("layer " + name + " cannot be unpacked: " + e.getMessage());
        }
        if (e instanceof Error error) {
            throw error;
        }
        return (RuntimeException) e;
    }

    private Void unpackBeside(OpenFile folder, Layer layer, LayerOwners owners, LayerLimits limits) throws IOException {
        String name = NEW + layer.hex();
        // A killed process may have left this directory.
        TreeRemoval.remove(linux, folder, name);
        linux.makeDirectory(folder.descriptor(), name, 0700);
        linux.makeDirectory(folder.descriptor(), name + "/" + TREE, 0700);
        try (OpenFile own = new OpenFile(linux, linux.openWithoutLinks(folder.descriptor(), name, FOLDER));
                OpenFile root = new OpenFile(linux, linux.openWithoutLinks(own.descriptor(), TREE, FOLDER));
                LayerContents contents = new LayerContents(layer.blob(), layer.algorithm());
                LayerTree tree = new LayerTree(linux, root, owners, limits, contents::blobRead)) {
            tree.unpack(TarReader.ofLayer(contents));
            String found = contents.hex();
            if (!found.equals(layer.hex())) {
                throw new LayerException("its contents are " + layer.algorithm() + ":" + found
                        + ", which is not its diffId: remove the image and pull it again");
            }
            String info =
                    "root=" + tree.hasRootEntry() + "\nentries=" + tree.entries() + "\nbytes=" + tree.bytes() + "\n";
            try (OpenFile file = new OpenFile(linux, linux.createNew(own.descriptor(), INFO, 0600))) {
                linux.writeAll(file.descriptor(), info.getBytes(StandardCharsets.US_ASCII));
            }
        }
        return null;
    }

    private OpenFile lock(String hex) {
        String file = path + "/" + LOCKS + "/" + hex;
        int flags = FileFlag.O_RDWR | FileFlag.O_CREAT | FileFlag.O_NOFOLLOW;
        OpenFile lock = new OpenFile(linux, linux.openToWrite(file, flags, 0600));
        linux.lock(lock.descriptor());
        return lock;
    }

    private void makeFolders() {
        StringBuilder whole = new StringBuilder();
        for (String name : (path.substring(1) + "/" + LOCKS).split("/")) {
            whole.append('/').append(name);
            try {
                linux.makeDirectory(whole.toString(), whole.length() >= path.length() ? 0700 : 0755);
            } catch (LinuxException e) {
                if (e.errno() != Errno.EEXIST) {
                    throw e;
                }
            }
        }
        FileStatus status = linux.status(FileFlag.AT_FDCWD, path);
        if (!status.isDirectory() || !status.isOnlyWritableBy(linux.userId())) {
            throw new LayerException("the folder " + path + " is refused: others can write it; check its contents");
        }
        if ((status.permissions() & 0077) != 0) {
            // Other users must not be able to run set-user-id programs in a layer.
            linux.changeMode(FileFlag.AT_FDCWD, path, 0700);
        }
    }

    /** The hashes of the unpacked layers. */
    public List<String> all() {
        return names().stream().filter(name -> !name.startsWith(".")).toList();
    }

    private List<String> names() {
        if (!linux.exists(path)) {
            return List.of();
        }
        try (OpenFile folder = new OpenFile(linux, linux.open(path, FOLDER))) {
            return linux.fileNames(folder.descriptor());
        }
    }

    /**
     * Removes all layers except those in {@code needed}, and the temporary directories of killed processes.
     *
     * @param needed the hashes of the layers of images and containers
     */
    public void retain(Set<String> needed) {
        for (String name : names()) {
            String hex = name.replaceFirst("^\\.(new|old)-", "");
            if (hex.startsWith(".") || name.equals(hex) && needed.contains(hex)) {
                continue;
            }
            try (OpenFile folder = new OpenFile(linux, linux.open(path, FOLDER));
                    OpenFile lock = lock(hex)) {
                String gone = name;
                if (name.equals(hex)) {
                    // Renamed first, so that no other process uses a half removed layer.
                    gone = OLD + hex;
                    TreeRemoval.remove(linux, folder, gone);
                    linux.rename(folder.descriptor(), hex, gone);
                }
                TreeRemoval.remove(linux, folder, gone);
                linux.removeFile(path + "/" + LOCKS + "/" + hex);
            } catch (LinuxException e) {
                if (e.errno() != Errno.ENOENT) {
                    throw e;
                }
            }
        }
    }
}
