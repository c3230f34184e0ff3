package dev.rustyrun.network.cni;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The connections of a store's containers with CNI networks, each with a {@link CniConnection} file. The file's name,
 * unique digits and the container's id, is also the plugins' name for the connection.
 */
public final class CniConnections {

    private static final char SEPARATOR = '-';
    private static final int PATIENCE_MILLIS = 60_000;
    private static final int PAUSE_MILLIS = 20;

    private final Linux linux;
    private final Path folder;

    /** @param folder a folder that only this user can access; it need not exist */
    public CniConnections(Linux linux, String folder) {
        this.linux = linux;
        this.folder = Path.of(folder);
    }

    /**
     * Creates and locks a file for a connection of the container {@code id}.
     *
     * @param digits unique digits
     */
    public OpenFile create(String digits, String id) {
        String path = folder.resolve(digits + SEPARATOR + id).toString();
        int flags = FileFlag.O_RDWR | FileFlag.O_CREAT | FileFlag.O_EXCL | FileFlag.O_APPEND;
        OpenFile file = new OpenFile(linux, linux.openToWrite(path, flags, 0600));
        linux.lock(file.descriptor());
        return file;
    }

    /** The ids of the containers with a connection, each once. */
    public List<String> containers() {
        return files().stream().map(CniConnections::container).distinct().toList();
    }

    private static String container(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.indexOf(SEPARATOR) + 1);
    }

    private List<Path> files() {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().indexOf(SEPARATOR) > 0)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * Disconnects the ended container {@code id}: executes DEL for connections whose process was killed.
     *
     * @param waits whether to wait for a process that is just disconnecting it
     * @return whether a connection was removed
     * @throws CniException when a plugin fails; the call may be repeated
     */
    public boolean end(String id, boolean waits) {
        boolean any = false;
        for (Path file : files()) {
            if (container(file).equals(id)) {
                any |= end(file, waits);
            }
        }
        return any;
    }

    private boolean end(Path path, boolean waits) {
        try (OpenFile file = new OpenFile(linux, linux.open(path.toString(), FileFlag.O_RDWR | FileFlag.O_APPEND))) {
            if (!lock(file, waits) || linux.status(file.descriptor()).links() == 0) {
                return false;
            }
            Optional<CniConnection> connection = CniConnection.read(linux, file, nameOf(path));
            connection.ifPresent(left -> left.delete(""));
            linux.removeFile(path.toString());
            return connection.isPresent();
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    private boolean lock(OpenFile file, boolean waits) {
        long end = System.nanoTime() + PATIENCE_MILLIS * 1_000_000L;
        while (!linux.lockIfFree(file.descriptor())) {
            if (!waits || System.nanoTime() > end) {
                return false;
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    /** The plugins' name for the connection in this file; CNI SPEC.md, section 2, {@code CNI_CONTAINERID}. */
    static String nameOf(Path file) {
        return file.getFileName().toString().replace('+', '_');
    }
}
