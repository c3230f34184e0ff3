package dev.rustyrun.engine;

import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.RunningContainers;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** The ports of containers, as seen from inside of each. Safe for use by several threads. */
public final class ContainerPorts {

    /** How long a container may take to be made before nobody waits for its ports any more, and when to look again. */
    public static final long MADE_SECONDS = 10;

    public static final long AGAIN_MILLIS = 20;

    private final Containers containers;

    public ContainerPorts(Containers containers) {
        this.containers = containers;
    }

    /**
     * A socket in the network of the container {@code id}, which is not connected; nothing while that is being made. It waits for
     * nothing.
     *
     * @param last whether nobody will ask again
     * @throws dev.rustyrun.spec.InvalidSpecException when there is no such container, it does not run or is paused, has the
     *         host's network, or is still being made at the last attempt
     * @throws UnsupportedOperationException when this machine has no such family
     */
    public Optional<SocketChannel> socket(String id, StandardProtocolFamily family, boolean last) {
        Optional<SocketChannel> made = containers.running().socket(containers.named(id), family);
        if (made.isEmpty() && last) {
            throw RunningContainers.notMade();
        }
        return made;
    }
}
