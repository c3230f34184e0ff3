package dev.rustyrun.container;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * The network of running containers. A socket belongs for good to the network namespace of the thread that makes it, whoever uses
 * it afterwards. So a thread of its own enters the container's namespace, makes the socket, and ends there: no thread that does
 * anything else is ever in another namespace than this program's.
 */
public final class RunningNetwork {

    private static final String OWN = "/proc/self/ns/net";
    private static final String HOSTS = "/proc/1/ns/net";
    private static final int STACK = 256 * 1024;

    private final Linux linux;
    private final ContainerStore store;
    private final RunningRoot root;

    public RunningNetwork(Linux linux, ContainerStore store) {
        this.linux = linux;
        this.store = store;
        this.root = new RunningRoot(linux, store);
    }

    /**
     * A socket in the network of the container {@code id}, which is not connected; nothing when that is not running, or not made
     * completely yet.
     *
     * @throws ContainerException when the container has no network of its own
     * @throws UnsupportedOperationException when this machine has no such family
     */
    public Optional<SocketChannel> socket(String id, StandardProtocolFamily family) {
        Optional<ContainerState> running = store.running(id);
        if (running.isEmpty()) {
            return Optional.empty();
        }
        try (OpenFile namespace =
                new OpenFile(linux, linux.open("/proc/" + running.get().pid() + "/ns/net", FileFlag.O_RDONLY))) {
            // Only now: while a container is made its PID 1 is in the host's network, and its number may become
            // another's.
            if (!root.isComplete(running.get())) {
                return Optional.empty();
            }
            if (isHosts(namespace)) {
                throw ContainerException.conflict(
                        "the container has the host's network: connect to the port of the host");
            }
            return Optional.of(new Maker(namespace, family).make());
        } catch (LinuxException e) {
            if (store.running(id).isPresent()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private boolean isHosts(OpenFile namespace) {
        FileStatus.Place place = linux.status(namespace.descriptor()).place();
        if (place.equals(linux.status(OWN).place())) {
            return true;
        }
        try {
            return place.equals(linux.status(HOSTS).place());
        } catch (LinuxException e) {
            // Nobody may look at the first process: then its network, if it is another than ours, cannot be joined
            // either.
            return false;
        }
    }

    /** A thread that is in the container's network for its last moments. */
    private final class Maker extends Thread {

        private final OpenFile namespace;
        private final StandardProtocolFamily family;
        private Optional<SocketChannel> made = Optional.empty();
        private Optional<RuntimeException> failure = Optional.empty();

        Maker(OpenFile namespace, StandardProtocolFamily family) {
            super(null, null, "port-socket", STACK);
            this.namespace = namespace;
            this.family = family;
            setDaemon(true);
        }

        @Override
        public void run() {
            try {
                linux.setNamespace(namespace.descriptor(), CloneFlag.CLONE_NEWNET.value());
                made = Optional.of(SocketChannel.open(family));
            } catch (IOException e) {
                failure = Optional.of(new UncheckedIOException(e));
            } catch (RuntimeException e) {
                failure = Optional.of(e);
            }
        }

        SocketChannel make() {
            start();
            boolean interrupted = false;
            // It never waits for anything, and what it makes must not be lost.
            while (isAlive()) {
                try {
                    join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            failure.ifPresent(e -> {
                throw e;
            });
            return made.orElseThrow();
        }
    }
}
