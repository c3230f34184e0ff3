package dev.rustyrun.container;

import dev.rustyrun.launch.LaunchHost;
import dev.rustyrun.oci.StateJson;
import dev.rustyrun.spec.ContainerStatus;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.SeccompSetting;
import dev.rustyrun.spec.Spec;

/** Who answers for the system calls that a container's own profile leaves to an agent, and what it is told. */
final class FilterAgent {

    private FilterAgent() {}

    /**
     * The agent that {@code spec} names.
     *
     * @param state the container's, with its PID 1
     * @param bundle absolute path of its bundle or, when there is none, of the folder with its state
     * @param process the filtered process's id on the host
     */
    static LaunchHost.Agent of(Spec spec, ContainerState state, ContainerStatus status, String bundle, int process) {
        if (spec.linux().seccomp() instanceof SeccompSetting.Profile profile) {
            Seccomp seccomp = profile.seccomp();
            return new LaunchHost.Agent(
                    seccomp.listenerPath(),
                    StateJson.ofProcess(
                            process,
                            seccomp.listenerMetadata(),
                            state.id(),
                            status,
                            state.pid(),
                            bundle,
                            state.origin().annotations()));
        }
        throw new IllegalStateException("no filter, no agent");
    }
}
