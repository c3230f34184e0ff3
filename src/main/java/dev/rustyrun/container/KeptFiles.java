package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The files that a {@link ContainerStore} has for one container besides its state: its config.json, and the files that
 * its start and its proxy need.
 */
final class KeptFiles {

    private static final String CONFIG = "config.json";
    private static final String FIFO = "exec.fifo";
    private static final String REPORTS = "start.reports";
    /** The socket at which the container's proxy gets a new list of allowed hosts; a killed {@code run} leaves it. */
    static final String EGRESS = "egress";

    static final List<String> NAMES = List.of(CONFIG, FIFO, REPORTS, EGRESS);

    private final Linux linux;
    private final StoreFolder folder;
    private final String id;

    KeptFiles(Linux linux, StoreFolder folder, String id) {
        this.linux = linux;
        this.folder = folder;
        this.id = id;
    }

    /**
     * Saves the container's config.json, so that later changes of the bundle have no effect; runtime-spec runtime.md,
     * "Create".
     */
    void keepConfig(String text) {
        try (OpenFile file = new OpenFile(linux, folder.create(id, CONFIG))) {
            linux.writeAll(file.descriptor(), text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The saved config.json. */
    String config() {
        try (OpenFile file = open(CONFIG, FileFlag.O_RDONLY, FileFlag.S_IFREG)) {
            return linux.readText(file.descriptor(), Integer.MAX_VALUE);
        }
    }

    /** Makes the FIFO on which the container waits for its start. It is removed at the start. */
    void makeFifo() {
        linux.makeNode(folder.directoryOf(id).descriptor(), id + "/" + FIFO, FileFlag.S_IFIFO | 0600, 0);
    }

    /** Opens the FIFO. */
    OpenFile openFifo(int flags) {
        return open(FIFO, flags, FileFlag.S_IFIFO);
    }

    void removeFifo() {
        remove(FIFO);
    }

    /** Whether the FIFO exists: the container waits for its start. */
    boolean hasFifo() {
        return has(FIFO);
    }

    /** Makes the file into which a starting container writes a failure; returns its descriptor, open for writing. */
    int createReports() {
        return folder.create(id, REPORTS);
    }

    /** Opens this file for reading. */
    OpenFile openReports() {
        return open(REPORTS, FileFlag.O_RDONLY, FileFlag.S_IFREG);
    }

    void removeReports() {
        remove(REPORTS);
    }

    /**
     * Makes the control socket of the container's proxy. Only this user can connect, because others cannot enter the
     * folder.
     */
    OpenFile listenForProxy() {
        remove(EGRESS);
        return new OpenFile(linux, linux.listenForMessages(shortPath(EGRESS)));
    }

    /** Connects to the container's proxy; empty when the container has none. */
    Optional<OpenFile> connectToProxy() {
        try {
            return Optional.of(new OpenFile(linux, linux.connectForMessages(shortPath(EGRESS))));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ECONNREFUSED) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Whether the container was started with a proxy, which may have ended since. */
    boolean hadProxy() {
        return has(EGRESS);
    }

    /**
     * A path of the socket that fits into {@code sun_path} (108 bytes), however long the path of the store is; man 7
     * unix.
     */
    private String shortPath(String name) {
        return "/proc/self/fd/" + folder.directoryOf(id).descriptor() + "/" + id + "/" + name;
    }

    private OpenFile open(String name, int flags, int type) {
        return folder.directoryOf(id).open(id + "/" + name, flags, type);
    }

    private boolean has(String name) {
        try {
            return folder.directory().isPresent()
                    && linux.status(folder.directory().get().descriptor(), id + "/" + name)
                                    .mode()
                            != 0;
        } catch (LinuxException e) {
            return false;
        }
    }

    private void remove(String name) {
        linux.removeFile(folder.directoryOf(id).descriptor(), id + "/" + name);
    }
}
