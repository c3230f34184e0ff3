package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.stage.SelfExec;

/**
 * What the commands of this process use. Unlike {@link LaunchTools} it can start no stages of a server, which costs a
 * launch nothing.
 *
 * @param self this program, which the stages execute
 * @param store the containers of this user
 */
public record CommandTools(Linux linux, SelfExec self, ContainerStore store) {

    public boolean isRoot() {
        return linux.isRoot();
    }
}
