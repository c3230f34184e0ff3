package dev.rustyrun.container;

import dev.rustyrun.linux.OpenFile;

/** Gets access to the root of a container that is set up and whose command does not run yet. */
public interface RootVisitor {

    /**
     * Called while the container's first process waits. An exception ends the launch.
     *
     * @param root the root directory of the container, open with O_PATH; the visitor must close it
     * @param mounts the mount namespace of the container; keeps the mounts alive after the container's end; the visitor
     *        must close it
     */
    void enter(OpenFile root, OpenFile mounts, ContainerIds ids);
}
