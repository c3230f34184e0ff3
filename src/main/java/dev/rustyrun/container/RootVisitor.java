package dev.rustyrun.container;

import dev.rustyrun.linux.OpenFile;

/** Is let into a container that is made, and whose command does not run yet. */
public interface RootVisitor {

    /**
     * Does what is to be done there; the container's first process waits meanwhile. What is thrown ends the launch.
     *
     * @param root of the container, open with O_PATH; from now on the visitor's
     * @param mounts keeps what is mounted there, also after the container's end; from now on the visitor's
     */
    void enter(OpenFile root, OpenFile mounts, ContainerIds ids);
}
