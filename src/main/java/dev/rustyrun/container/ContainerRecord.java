package dev.rustyrun.container;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.oci.StateJson;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.PidOutputs;
import dev.rustyrun.step.LaunchRecord;
import java.util.Optional;

/** The record of a container that is being made, which its launch updates in the store. */
final class ContainerRecord implements LaunchRecord {

    private final Linux linux;
    private final ContainerStore store;
    private final PidOutputs pids;
    private Optional<RootVisitor> visitor = Optional.empty();
    private Optional<String> attempts = Optional.empty();
    private ContainerState state;
    private boolean hooked;

    /** @param state the container's state, which is already in the store */
    ContainerRecord(Linux linux, ContainerStore store, ContainerState state, PidOutputs pids) {
        this.linux = linux;
        this.store = store;
        this.state = state;
        this.pids = pids;
    }

    /** Lets {@code who} enter the container before its command runs. */
    ContainerRecord withVisitor(Optional<RootVisitor> who) {
        visitor = who;
        return this;
    }

    /** Has attempts to reach hosts reported through the FIFO at this path, if it has a reader. */
    ContainerRecord reportingAttempts(Optional<String> fifo) {
        attempts = fifo;
        return this;
    }

    /** The current state of the container. */
    ContainerState state() {
        return state;
    }

    /** Whether hooks have been called for it, so that poststop hooks are due. */
    boolean isHooked() {
        return hooked;
    }

    @Override
    public String id() {
        return state.id();
    }

    @Override
    public void started(int pid, boolean successorFollows) {
        state = state.withInit(pid, ProcessTimes.startOf(linux, pid));
        if (hasBundle()) {
            store.write(state);
            return;
        }
        try {
            state = state.afterSetUp();
            store.write(state);
        } catch (LinuxException e) {
            // A container without a stored state still runs, and its end is reported as usual.
        }
    }

    @Override
    public void assembled() {
        visitor.ifPresent(this::callVisitor);
    }

    /** At this moment the working directory of the container's first process is the new root, before pivot_root(2). */
    private void callVisitor(RootVisitor who) {
        String process = "/proc/" + state.pid();
        OpenFile root = new OpenFile(linux, linux.open(process + "/cwd", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        OpenFile mounts;
        try {
            mounts = new OpenFile(linux, linux.open(process + "/ns/mnt", FileFlag.O_RDONLY));
        } catch (LinuxException e) {
            root.close();
            throw e;
        }
        who.enter(root, mounts, ContainerIds.of(linux, state.pid()));
    }

    /** Comes after the gate, because a set-up container without a FIFO counts as started. */
    @Override
    public void created() {
        state = state.afterSetUp();
        store.write(state);
        PidReport.send(linux, pids, state.pid(), "standard");
    }

    @Override
    public String state(ContainerStatus status) {
        hooked = true;
        // Only containers from a bundle have hooks.
        return hasBundle() ? HookStage.state(state, status) : "";
    }

    @Override
    public String processState(String metadata) {
        return StateJson.ofProcess(
                state.pid(),
                metadata,
                state.id(),
                ContainerStatus.CREATING,
                state.pid(),
                hasBundle() ? state.origin().bundle() : store.folder() + "/" + state.id(),
                state.origin().annotations());
    }

    @Override
    public Gate gate() {
        store.files(state.id()).makeFifo();
        int fifo = store.files(state.id()).openFifo(FileFlag.O_RDWR).descriptor();
        return new Gate(fifo, store.files(state.id()).createReports());
    }

    @Override
    public ProxyFiles proxyFiles() {
        OpenFile control = store.files(state.id()).listenForProxy();
        return new ProxyFiles(control, attempts.flatMap(fifo -> AttemptFifo.open(linux, fifo)));
    }

    @Override
    public OpenFile networkFile() {
        return store.madeConnections().create(store.newId(), state.id());
    }

    private boolean hasBundle() {
        return !state.origin().bundle().isEmpty();
    }
}
