package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.stage.SelfExec;

/**
 * The objects that the commands of this process use. Unlike {@link LaunchTools}, it cannot start the stages of a
 * service, so a launch does not pay for them.
 *
 * @param self this program, which the stages execute
 * @param store the containers of this user
 */
public record CommandTools(Linux linux, SelfExec self, ContainerStore store) {

    public boolean isRoot() {
        return linux.isRoot();
    }
}
