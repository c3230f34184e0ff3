package dev.rustyrun.image;

import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads and writes images as files, for {@code load}, {@code save} and {@code import}. */
public final class ImageArchive {

    private final ImageStore store;

    public ImageArchive(ImageStore store) {
        this.store = store;
    }

    /**
     * Reads a docker-archive, an OCI archive or a directory with an OCI layout.
     *
     * @param path the file or directory; empty for {@code in}
     * @param platform selects the image of an index
     * @return the names of the loaded images, or ids of images without a name
     * @throws InvalidSpecException when it is none of these, or incomplete
     */
    public List<String> load(String path, InputStream in, Platform platform) {
        try (StoreLock held = store.hold();
                ArchiveFiles files = open(path, in)) {
            return new ArchiveLoad(store, files).load(platform);
        } catch (IOException e) {
            String reason = Failures.of(e);
            String named = path.isEmpty() || reason.contains(path) ? "" : " " + Printable.shown(path);
            throw new InvalidSpecException("the archive" + named + " cannot be loaded: " + reason);
        }
    }

    private ArchiveFiles open(String path, InputStream in) throws IOException {
        if (path.isEmpty()) {
            return ArchiveFiles.of(store.folder(), in);
        }
        Path given = Path.of(path);
        if (Files.isDirectory(given)) {
            return ArchiveFiles.of(given);
        }
        try (InputStream file = Files.newInputStream(regular(given))) {
            return ArchiveFiles.of(store.folder(), file);
        }
    }

    private static void checkTar(String path) {
        if (Files.isDirectory(Path.of(path))) {
            throw new InvalidSpecException(Printable.quoted(path) + " is a directory: tar -C " + Printable.shown(path)
                    + " -c . | rustyrun import - NAME");
        }
        if (path.matches("https?://.*")) {
            throw new InvalidSpecException(
                    Printable.quoted(path) + " is a URL: use curl -L URL | rustyrun import - NAME");
        }
    }

    private static Path regular(Path path) {
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            throw new InvalidSpecException(Printable.quoted(path.toString()) + " is neither a file nor a directory");
        }
        return path;
    }

    /**
     * Writes images.
     *
     * @param format docker-archive, oci-archive or oci-dir
     * @param file the file or directory to write; empty for {@code out}
     * @throws InvalidSpecException when that fails; an existing file is then unchanged
     */
    public void save(List<String> images, String format, Optional<Path> file, OutputStream out) {
        try (StoreLock held = store.hold()) {
            new ArchiveSave(store).save(images.stream().map(store::get).toList(), images, format, file, out);
        } catch (IOException e) {
            throw new InvalidSpecException("the archive cannot be written: " + Failures.of(e));
        }
    }

    /**
     * Makes an image with one layer.
     *
     * @param path the tar of a root file system, which may be compressed; empty for {@code in}
     * @param changes Dockerfile instructions, such as {@code CMD ["sh"]}
     * @return the id of the image
     */
    public Digest importTree(String path, InputStream in, Optional<ImageReference> name, List<String> changes) {
        try (StoreLock held = store.hold()) {
            ImportedTree tree = new ImportedTree(store);
            if (path.isEmpty()) {
                return tree.add(in, name, changes);
            }
            checkTar(path);
            try (InputStream file = Files.newInputStream(regular(Path.of(path)))) {
                return tree.add(file, name, changes);
            }
        } catch (IOException e) {
            throw new InvalidSpecException("the tree cannot be imported: " + Failures.of(e));
        }
    }
}
