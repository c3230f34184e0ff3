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

    public boolean isRoot() {
        return linux.isRoot();
    }
}
