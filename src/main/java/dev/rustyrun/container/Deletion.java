package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.network.cni.CniException;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.MessageLine;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Optional;

/** Deletes a container and its resources; runtime-spec runtime.md, "Delete". */
public final class Deletion {

    private static final int PATIENCE_MILLIS = 10_000;

    private final Linux linux;
    private final ContainerStore store;
    private final PrintStream messages;

    public Deletion(Linux linux, ContainerStore store, PrintStream messages) {
        this.linux = linux;
        this.store = store;
        this.messages = messages;
    }

    /**
     * Deletes the container.
     *
     * @param force whether a running container is killed first, and a missing one ignored
     * @throws ContainerException when it has not stopped, or does not exist
     */
    public void delete(String id, boolean force) {
        if (force) {
            interruptCreation(id);
        }
        ContainerState state;
        Hooks hooks;
        try (ContainerLock held = store.lock(id)) {
            Optional<ContainerState> found = found(id, force);
            if (found.isEmpty()) {
                disconnect(id);
                store.removeWithAll(id);
                return;
            }
            state = found.get();
            ContainerStatus status = store.status(state);
            if (status != ContainerStatus.STOPPED && !force) {
                throw ContainerException.conflict("cannot delete container \"" + id + "\": it is " + status.word()
                        + ", not stopped; --force kills it first");
            }
            hooks = hooksOf(state);
            kill(state);
            disconnect(id);
            store.remove(id);
        } catch (NoSuchContainerException e) {
            if (force) {
                disconnect(id);
                return;
            }
            throw e;
        }
        new HookStage(linux).runAll(hooks.poststop(), state, ContainerStatus.STOPPED, messages);
    }

    /** The stored state; empty for a broken container after its processes have been killed. */
    private Optional<ContainerState> found(String id, boolean force) {
        try {
            Optional<ContainerState> found = store.find(id);
            // Without a state, the container's maker was killed before it made anything else, or the state was removed
            // later.
            if (found.isPresent() || !hasProcesses(store.remains(id))) {
                return found;
            }
            throw new BrokenContainerException(id, "its state is missing");
        } catch (BrokenContainerException e) {
            if (!force) {
                throw e;
            }
            messages.println("rustyrun: warning: " + e.getMessage().replaceFirst(";.*", "")
                    + ": its poststop hooks were not run");
            endRemains(store.remains(id));
            return Optional.empty();
        }
    }

    /**
     * Waits until the container is disconnected from its CNI networks, or disconnects it if the responsible process was
     * killed.
     */
    public void disconnect(String id) {
        try {
            store.connections().end(id, true);
        } catch (CniException e) {
            messages.println(MessageLine.warning(
                    "container " + id + " could not be disconnected: " + e.getMessage() + "; rustyrun gc will retry"));
        }
    }

    private boolean hasProcesses(Remains remains) {
        return store.ownCgroup(remains.cgroup())
                .filter(Cgroup::exists)
                .filter(cgroup -> !cgroup.processes().isEmpty())
                .isPresent();
    }

    private void endRemains(Remains remains) {
        if (remains.pid() != 0 && ProcessTimes.startOf(linux, remains.pid()) == remains.startTime()) {
            linux.kill(remains.pid(), Signal.SIGKILL.number());
        }
        store.ownCgroup(remains.cgroup()).filter(Cgroup::exists).ifPresent(cgroup -> {
            cgroup.thaw();
            cgroup.kill();
            cgroup.processes().forEach(this::awaitEnd);
            cgroup.remove();
        });
    }

    /**
     * Kills the process that creates the container: it holds the lock, perhaps while it runs a hook that never ends.
     */
    private void interruptCreation(String id) {
        Optional<ContainerState> found;
        try {
            found = store.find(id).filter(state -> !state.setUp());
        } catch (BrokenContainerException e) {
            return;
        }
        if (found.isPresent() && store.isMakerAlive(found.get()) && found.get().runPid() != linux.processId()) {
            linux.kill(found.get().runPid(), Signal.SIGKILL.number());
        }
    }

    private Hooks hooksOf(ContainerState state) {
        if (!state.origin().hasLateHooks()) {
            return Hooks.NONE;
        }
        try {
            String config = store.files(state.id()).config();
            return BundleReader.parse(Path.of(state.origin().bundle()), config)
                    .spec()
                    .hooks();
        } catch (LinuxException | InvalidSpecException e) {
            messages.println(MessageLine.warning("its poststop hooks cannot be read: " + e.getMessage()));
            return Hooks.NONE;
        }
    }

    private void kill(ContainerState state) {
        boolean alive = store.isInitAlive(state);
        Optional<Cgroup> its = alive ? store.cgroup(state) : store.ownCgroup(state.cgroup());
        if (!alive && its.map(Cgroup::removeIfEmpty).orElse(true)) {
            return;
        }
        Optional<Cgroup> cgroup = its.filter(Cgroup::exists);
        if (alive) {
            linux.kill(state.pid(), Signal.SIGKILL.number());
        }
        // A container without its own PID namespace has processes that outlive its first process.
        if (cgroup.isPresent() && !cgroup.get().processes().isEmpty()) {
            cgroup.get().kill();
        }
        if (store.isInitAlive(state)) {
            awaitEnd(state);
        }
        cgroup.ifPresent(Cgroup::remove);
    }

    /**
     * Waits for the end of a killed process, because on a busy machine that can take longer than a cgroup's removal
     * waits.
     */
    private void awaitEnd(int pid) {
        try (OpenFile process = new OpenFile(linux, linux.processDescriptor(pid))) {
            PollSet set = new PollSet(1);
            set.add(process.descriptor(), PollSet.POLLIN);
            linux.poll(set, PATIENCE_MILLIS);
        } catch (LinuxException e) {
            if (e.errno() != Errno.ESRCH) {
                throw e;
            }
        }
    }

    private void awaitEnd(ContainerState state) {
        try (OpenFile process = new OpenFile(linux, linux.processDescriptor(state.pid()))) {
            PollSet set = new PollSet(1);
            set.add(process.descriptor(), PollSet.POLLIN);
            if (store.isInitAlive(state) && !linux.poll(set, PATIENCE_MILLIS)) {
                throw ContainerException.conflict("container \"" + state.id() + "\" has not ended after SIGKILL");
            }
        } catch (LinuxException e) {
            if (store.isInitAlive(state)) {
                throw e;
            }
        }
    }
}
