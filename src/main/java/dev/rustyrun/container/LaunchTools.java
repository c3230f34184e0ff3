package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.stage.SelfExec;
import dev.rustyrun.stage.StageSpawner;

/**
 * What a launch is made with.
 *
 * @param self this program, which is every stage too
 * @param store where containers that run are written down
 */
public record LaunchTools(Linux linux, SelfExec self, StageSpawner spawner, ContainerStore store) {

    public boolean isRoot() {
        return linux.isRoot();
    }
}
