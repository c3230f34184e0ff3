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
 * The connections of a store's containers with CNI networks, a {@link CniConnection} file each. Its name is what plugins know the
 * connection by: digits of its own, and the container's id.
 */
public final class CniConnections {

    private static final char BETWEEN = '-';
    private static final int PATIENCE_MILLIS = 60_000;
    private static final int PAUSE_MILLIS = 20;

    private final Linux linux;
    private final Path folder;

    /** @param folder nobody else's; it need not exist */
    public CniConnections(Linux linux, String folder) {
        this.linux = linux;
        this.folder = Path.of(folder);
    }

    /**
     * A new file for the container {@code id}, locked.
     *
     * @param digits that no other has
     */
    public OpenFile create(String digits, String id) {
        String path = folder.resolve(digits + BETWEEN + id).toString();
        int flags = FileFlag.O_RDWR | FileFlag.O_CREAT | FileFlag.O_EXCL | FileFlag.O_APPEND;
        OpenFile file = new OpenFile(linux, linux.openToWrite(path, flags, 0600));
        linux.lock(file.descriptor());
        return file;
    }

    /** The ids of the containers that have one, each once. */
    public List<String> containers() {
        return files().stream().map(CniConnections::container).distinct().toList();
    }

    private static String container(Path file) {
        String name = file.getFileName().toString();
        return name.substring(name.indexOf(BETWEEN) + 1);
    }

    private List<Path> files() {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.getFileName().toString().indexOf(BETWEEN) > 0)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /**
     * Undoes those of the container {@code id}, which has ended, whose process was killed.
     *
     * @param waits whether to wait for a process that is just doing it
     * @return whether there was one
     * @throws CniException when a plugin fails; it may be tried again
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

    /** What plugins know the connection in this file by; SPEC.md, section 2, {@code CNI_CONTAINERID}. */
    static String nameOf(Path file) {
        return file.getFileName().toString().replace('+', '_');
    }
}
