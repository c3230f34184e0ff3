package dev.rustyrun.container;

import dev.rustyrun.cgroup.CgroupPath;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The {@code state.json} of each container of a {@link ContainerStore}. */
final class StoredStates {

    static final String STATE = "state.json";
    static final String NEW = STATE + ".new";
    /** A state can be large, because it contains annotations. A larger file is not a state. */
    private static final int MAX_BYTES = 64 * 1024 * 1024;

    private final Linux linux;
    private final StoreFolder folder;

    StoredStates(Linux linux, StoreFolder folder) {
        this.linux = linux;
        this.folder = folder;
    }

    /** Writes the state atomically: a reader sees the old state or the new one. */
    void write(ContainerState state) {
        folder.replace(state.id(), STATE, NEW, StateFile.write(state));
    }

    /**
     * The state of a container; empty when it is missing.
     *
     * @throws BrokenContainerException when it cannot be used
     */
    Optional<ContainerState> read(String id) {
        Optional<String> text;
        try {
            text = text(id);
        } catch (LinuxException e) {
            throw new BrokenContainerException(id, STATE + " cannot be read: " + e.getMessage());
        }
        if (text.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(StateFile.read(text.get())
                .filter(state -> state.id().equals(id) && isPlausible(state))
                .orElseThrow(() -> new BrokenContainerException(id, STATE + " is damaged")));
    }

    private Optional<String> text(String id) {
        Optional<OwnDirectory> open = folder.directory();
        if (open.isEmpty()) {
            return Optional.empty();
        }
        try (OpenFile file =
                open.get().open(id + "/" + STATE, FileFlag.O_RDONLY | FileFlag.O_NONBLOCK, FileFlag.S_IFREG)) {
            return Optional.of(linux.readText(file.descriptor(), MAX_BYTES));
        } catch (InvalidSpecException e) {
            throw new BrokenContainerException(id, e.getMessage());
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static boolean isPlausible(ContainerState state) {
        try {
            return state.pid() >= 0
                    && state.runPid() > 0
                    && (state.cgroup().isEmpty()
                            || CgroupPath.read(state.cgroup()).written().equals(state.cgroup()));
        } catch (InvalidSpecException e) {
            return false;
        }
    }

    /** Whether a state of the container is stored, valid or damaged. */
    boolean has(String id) {
        try {
            return read(id).isPresent();
        } catch (BrokenContainerException e) {
            return true;
        }
    }

    /**
     * All stored states.
     *
     * @param valid the states that can be used
     * @param broken the containers with a damaged state, as a map from id to reason
     */
    record Survey(List<ContainerState> valid, Map<String, String> broken) {}

    /** Reads all states. */
    Survey survey() {
        List<ContainerState> valid = new ArrayList<>();
        Map<String, String> broken = new TreeMap<>();
        for (String id : folder.ids()) {
            try {
                read(id).ifPresent(valid::add);
            } catch (BrokenContainerException e) {
                broken.put(id, e.reason());
            }
        }
        return new Survey(valid, broken);
    }

    /** The facts that are still known about a broken container. */
    Remains remains(String id) {
        String text;
        try {
            text = text(id).orElse("");
        } catch (LinuxException | InvalidSpecException e) {
            text = "";
        }
        String config;
        try {
            config = new KeptFiles(linux, folder, id).config();
        } catch (LinuxException | InvalidSpecException e) {
            config = "";
        }
        return Remains.of(id, text, config);
    }
}
