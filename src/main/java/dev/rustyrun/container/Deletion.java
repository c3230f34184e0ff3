package dev.rustyrun.container;

import dev.rustyrun.cgroup.Cgroup;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.network.cni.CniException;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.InvalidSpecException;
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
     * Deletes it.
     *
     * @param force kills a running container first, and ignores a missing one
     * @throws ContainerException when it has not stopped, or is not there
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

    /** What is written down about it; of one that is broken nothing, when its processes have been ended. */
    private Optional<ContainerState> found(String id, boolean force) {
        try {
            Optional<ContainerState> found = store.find(id);
            // Without a state its creator was killed before it had created anything; or somebody has removed the state
            // since.
            if (found.isPresent() || !hasProcesses(store.remains(id))) {
                return found;
            }
            throw new BrokenContainerException(id, "its state is missing");
        } catch (BrokenContainerException e) {
            if (!force) {
                throw e;
            }
            messages.println(
                    "rustyrun: warning: " + e.getMessage().replaceFirst(";.*", "") + ": no hooks of its end were run");
            endRemains(store.remains(id));
            return Optional.empty();
        }
    }

    /** Waits until it is disconnected from its network, or does it where whoever should have was killed. */
    public void disconnect(String id) {
        try {
            store.connections().end(id, true);
        } catch (CniException e) {
            messages.println(Printable.line("rustyrun: warning: container " + id + " is not disconnected: "
                    + e.getMessage() + "; rustyrun gc tries it again"));
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

    /** Its maker holds the lock, perhaps for as long as a hook that never ends. */
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
            return Bundle.parse(Path.of(state.origin().bundle()), config).spec().hooks();
        } catch (LinuxException | InvalidSpecException e) {
            messages.println(Printable.line("rustyrun: warning: its poststop hooks are not known: " + e.getMessage()));
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
        // In a PID namespace that is not its own, others outlive its PID 1.
        if (cgroup.isPresent() && !cgroup.get().processes().isEmpty()) {
            cgroup.get().kill();
        }
        if (store.isInitAlive(state)) {
            awaitEnd(state);
        }
        cgroup.ifPresent(Cgroup::remove);
    }

    /** Of one that was killed: on a busy machine that takes longer than a cgroup's removal waits. */
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
                throw ContainerException.conflict(
                        "container \"" + state.id() + "\" does not end although it was killed");
            }
        } catch (LinuxException e) {
            if (store.isInitAlive(state)) {
                throw e;
            }
        }
    }
}
