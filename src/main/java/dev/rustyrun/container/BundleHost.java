package dev.rustyrun.container;

import dev.rustyrun.launch.HookRunner.HookFailure;
import dev.rustyrun.launch.LaunchHost;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.Spec;

/** The host's side of a container that is being made from a bundle. */
final class BundleHost implements LaunchHost {

    private final Linux linux;
    private final ContainerStore store;
    private final Spec spec;
    private final Hooks hooks;
    private final PidOutputs pids;
    private ContainerState state;
    private boolean hooked;

    BundleHost(Linux linux, ContainerStore store, ContainerState state, Spec spec, PidOutputs pids) {
        this.linux = linux;
        this.store = store;
        this.state = state;
        this.spec = spec;
        this.hooks = spec.hooks();
        this.pids = pids;
    }

    /** The container as far as it has come. */
    ContainerState state() {
        return state;
    }

    /** Whether hooks have been told of it, and so are to be told of its end. */
    boolean isHooked() {
        return hooked;
    }

    @Override
    public void initStarted(int pid) {
        state = state.withInit(pid, ProcessTimes.startOf(linux, pid));
        store.write(state);
    }

    @Override
    public void initPrepares(int pid) {
        initStarted(pid);
    }

    @Override
    public HookStates runHooks() throws HookFailure {
        hooked = true;
        HookStage stage = new HookStage(linux);
        stage.run("prestart", hooks.prestart(), state, ContainerStatus.CREATING);
        stage.run("createRuntime", hooks.createRuntime(), state, ContainerStatus.CREATING);
        return new HookStates(
                HookStage.state(state, ContainerStatus.CREATING), HookStage.state(state, ContainerStatus.CREATED));
    }

    @Override
    public String createdState() {
        return HookStage.state(state, ContainerStatus.CREATED);
    }

    /** Comes after the gate: a container that is set up and has none has been started. */
    @Override
    public void setUp() {
        state = state.afterSetUp();
        store.write(state);
        pids.report(linux, state.pid(), "standard");
    }

    @Override
    public Gate gate() {
        store.makeFifo(state.id());
        int fifo = store.openFifo(state.id(), FileFlag.O_RDWR).descriptor();
        return new Gate(fifo, store.createReports(state.id()));
    }

    @Override
    public Agent agent() {
        return FilterAgent.of(
                spec, state, ContainerStatus.CREATING, state.origin().bundle(), state.pid());
    }
}
