package dev.rustyrun.engine;

import dev.rustyrun.container.supervised.Containers;
import dev.rustyrun.container.supervised.RunningContainers;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/** Opens sockets in the network namespaces of containers, to reach their ports. Thread-safe. */
public final class ContainerPorts {

    /**
     * How long a request waits for a container that is being created, in seconds, and the retry interval, in
     * milliseconds.
     */
    public static final long MADE_SECONDS = 10;

    public static final long AGAIN_MILLIS = 20;

    private final Containers containers;

    public ContainerPorts(Containers containers) {
        this.containers = containers;
    }

    /**
     * An unconnected socket in the network namespace of the container {@code id}; empty while the container is being
     * created. Does not block.
     *
     * @param last whether the caller will not retry
     * @throws dev.rustyrun.spec.InvalidSpecException when the container does not exist, does not run, is paused, uses
     *     the host's network, or is still being created at the last attempt
     * @throws UnsupportedOperationException when the host does not support the address family
     */
    public Optional<SocketChannel> socket(String id, StandardProtocolFamily family, boolean last) {
        Optional<SocketChannel> made = containers.running().socket(containers.named(id), family);
        if (made.isEmpty() && last) {
            throw RunningContainers.notMade();
        }
        return made;
    }
}
