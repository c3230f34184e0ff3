package dev.rustyrun.container;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.ContainerException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.util.Optional;

/**
 * Access to the network of running containers. A socket always belongs to the network namespace of the thread that
 * created it. So a separate thread enters the container's namespace, creates the socket, and ends. All other threads
 * stay in this program's namespace.
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
     * An unconnected socket in the network of the container {@code id}; empty when the container is not running, or not
     * set up completely yet.
     *
     * @throws ContainerException when the container has no network of its own
     * @throws UnsupportedOperationException when this machine does not support the address family
     */
    public Optional<SocketChannel> socket(String id, StandardProtocolFamily family) {
        Optional<ContainerState> running = store.running(id);
        if (running.isEmpty()) {
            return Optional.empty();
        }
        try (OpenFile namespace =
                new OpenFile(linux, linux.open("/proc/" + running.get().pid() + "/ns/net", FileFlag.O_RDONLY))) {
            // Checked after the open: while a container is made, its PID 1 is in the host's network; and the pid may
            // have been reused.
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
            // This process may not look at PID 1. Then it cannot join PID 1's network either, unless that is its own.
            return false;
        }
    }

    /** A thread that enters the container's network, creates the socket and ends. */
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
            // The thread never blocks, and its socket must not be lost, so an interrupt is delayed.
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
