package dev.rustyrun.container;

import dev.rustyrun.launch.LaunchHost;
import dev.rustyrun.linux.Linux;
import java.util.Optional;

/** The host's side of a further process in a container, which has no hooks and waits for no start. */
final class FurtherHost implements LaunchHost {

    private final Linux linux;
    private final Optional<String> pidFile;

    FurtherHost(Linux linux, Optional<String> pidFile) {
        this.linux = linux;
        this.pidFile = pidFile;
    }

    @Override
    public void initStarted(int pid) {
        pidFile.ifPresent(path -> PidFile.write(linux, path, pid));
    }

    @Override
    public HookStates runHooks() {
        return new HookStates("", "");
    }

    @Override
    public void setUp() {
        // All that is to be known about it is its id.
    }

    @Override
    public Gate gate() {
        throw new IllegalStateException("a further process waits for no start");
    }
}
