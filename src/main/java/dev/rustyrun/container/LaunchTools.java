package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;

/**
 * The objects that every launch of a service uses.
 *
 * @param self this program, which the stages execute
 * @param store stores the state of containers
 */
public record LaunchTools(Linux linux, SelfExec self, StageSpawner spawner, ContainerStore store) {

    /** The objects of a service on this machine. */
    public static LaunchTools ofService() {
        // Determines libjffi's directory, which must happen before the first kernel call.
        SelfExec self = SelfExec.current();
        Linux linux = Linux.host();
        return new LaunchTools(linux, self, new StageSpawner(linux, self), ContainerStore.of(linux));
    }

    /** Releases memory that only the start needed: most pages of the executable are never used again. */
    public void releaseStartupMemory() {
        linux.releaseProgramPages();
    }

    public boolean isRoot() {
        return linux.isRoot();
    }
}
