package dev.rustyrun.container;

import dev.rustyrun.launch.LaunchHost;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;

/** The host's side of a container that ends with the process that runs it, and has no hooks. */
final class CommandLineHost implements LaunchHost {

    private final Linux linux;
    private final ContainerStore store;
    private final ContainerState state;

    CommandLineHost(Linux linux, ContainerStore store, ContainerState state) {
        this.linux = linux;
        this.store = store;
        this.state = state;
    }

    @Override
    public void initStarted(int init) {
        try {
            store.write(state.withInit(init, ProcessTimes.startOf(linux, init)).afterSetUp());
        } catch (LinuxException e) {
            // A container that others cannot find by its name still runs; its end is reported as ever.
        }
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
}
