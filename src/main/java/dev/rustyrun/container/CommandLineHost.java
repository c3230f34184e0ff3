package dev.rustyrun.container;

import dev.rustyrun.launch.LaunchHost;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Spec;

/** The host's side of a container that ends with the process that runs it, and has no hooks. */
final class CommandLineHost implements LaunchHost {

    private final Linux linux;
    private final ContainerStore store;
    private final Spec spec;
    private ContainerState state;

    CommandLineHost(Linux linux, ContainerStore store, Spec spec, ContainerState state) {
        this.linux = linux;
        this.store = store;
        this.spec = spec;
        this.state = state;
    }

    @Override
    public void initStarted(int init) {
        try {
            state = state.withInit(init, ProcessTimes.startOf(linux, init)).afterSetUp();
            store.write(state);
        } catch (LinuxException e) {
            // A container that others cannot find by its name still runs; its end is reported as ever.
        }
    }

    @Override
    public void initPrepares(int pid) {
        initStarted(pid);
    }

    @Override
    public HookStates runHooks() {
        return new HookStates("", "");
    }

    @Override
    public void setUp() {
        throw new IllegalStateException("a container from the command line is not detached");
    }

    @Override
    public Gate gate() {
        throw new IllegalStateException("a container from the command line waits for no start");
    }

    @Override
    public Agent agent() {
        return FilterAgent.of(spec, state, ContainerStatus.CREATING, store.folder() + "/" + state.id(), state.pid());
    }
}
