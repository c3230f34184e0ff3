package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What a {@link ContainerStore} keeps of one container beside its state: its config.json, and what its start needs. */
final class KeptFiles {

    private static final String CONFIG = "config.json";
    private static final String FIFO = "exec.fifo";
    private static final String REPORTS = "start.reports";
    /** Where the container's proxy is told what else it allows; it is there after a killed {@code run} too. */
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

    /** Keeps the container's config.json: later changes of the bundle's have no effect; runtime.md, "Create". */
    void keepConfig(String text) {
        try (OpenFile file = new OpenFile(linux, folder.create(id, CONFIG))) {
            linux.writeAll(file.descriptor(), text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The config.json that was kept. */
    String config() {
        try (OpenFile file = open(CONFIG, FileFlag.O_RDONLY, FileFlag.S_IFREG)) {
            return linux.readText(file.descriptor(), Integer.MAX_VALUE);
        }
    }

    /** Makes the FIFO at which the container waits for its start; it exists as long as it does. */
    void makeFifo() {
        linux.makeNode(folder.directoryOf(id).descriptor(), id + "/" + FIFO, FileFlag.S_IFIFO | 0600, 0);
    }

    /** Opens that FIFO. */
    OpenFile openFifo(int flags) {
        return open(FIFO, flags, FileFlag.S_IFIFO);
    }

    void removeFifo() {
        remove(FIFO);
    }

    /** Whether the container waits for its start. */
    boolean hasFifo() {
        try {
            return folder.directory().isPresent()
                    && linux.status(folder.directory().get().descriptor(), id + "/" + FIFO)
                                    .mode()
                            != 0;
        } catch (LinuxException e) {
            return false;
        }
    }

    /** Makes the file into which a container that is being started reports a failure; open for writing. */
    int createReports() {
        return folder.create(id, REPORTS);
    }

    /** That file, open for reading. */
    OpenFile openReports() {
        return open(REPORTS, FileFlag.O_RDONLY, FileFlag.S_IFREG);
    }

    void removeReports() {
        remove(REPORTS);
    }

    /** Makes the socket at which the container's proxy takes orders: of this user, for the folder is nobody else's. */
    OpenFile listenForProxy() {
        remove(EGRESS);
        return new OpenFile(linux, linux.listenForMessages(shortPath(EGRESS)));
    }

    /** A connection with the container's proxy; empty when it has none. */
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

    /** The name of a socket has room for about a hundred bytes, and the store may be anywhere. */
    private String shortPath(String name) {
        return "/proc/self/fd/" + folder.directoryOf(id).descriptor() + "/" + id + "/" + name;
    }

    private OpenFile open(String name, int flags, int type) {
        return folder.directoryOf(id).open(id + "/" + name, flags, type);
    }

    private void remove(String name) {
        linux.removeFile(folder.directoryOf(id).descriptor(), id + "/" + name);
    }
}
