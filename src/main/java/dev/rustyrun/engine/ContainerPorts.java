package dev.rustyrun.engine;

import dev.rustyrun.container.supervised.Containers;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;

/** The ports of containers, as seen from inside of each. Safe for use by several threads. */
public final class ContainerPorts {

    private final Containers containers;

    public ContainerPorts(Containers containers) {
        this.containers = containers;
    }

    /**
     * A socket in the network of the container {@code id}, which is not connected.
     *
     * @throws dev.rustyrun.spec.InvalidSpecException when there is no such container, it does not run or is paused, or has the
     *         host's network
     * @throws UnsupportedOperationException when this machine has no such family
     */
    public SocketChannel socket(String id, StandardProtocolFamily family) throws InterruptedException {
        return containers.running().socket(containers.named(id), family);
    }
}
