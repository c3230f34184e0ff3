package dev.rustyrun.network;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The process that is one container's proxy. Its descriptors: 0 listens inside the container's network, 1 is a pidfd of the
 * container's PID 1, with whose end it ends, and 2 is where attempts are logged.
 */
public final class ProxyMain {

    /** Its word on the command line, before the container's id and the hosts that are allowed. */
    public static final String NAME = "proxy";

    /** {@link System#inheritedChannel} takes the standard descriptors away. */
    private static final int KEPT = 10;

    private ProxyMain() {}

    /** Serves until the container ends; the code to exit with. */
    public static int perform(Linux linux, String[] args) {
        linux.prctl(Prctl.PR_SET_DUMPABLE, 0);
        // A ^C at the terminal is for the container.
        linux.startSession();
        int container = linux.duplicateFrom(1, KEPT);
        int log = linux.duplicateFrom(2, KEPT);
        EgressPolicy policy = EgressPolicy.of(List.of(args).subList(2, args.length));
        EgressProxy proxy =
                new EgressProxy(policy, InetAddress::getAllByName, attempt -> write(linux, log, attempt.line(args[1])));
        try {
            if (!(System.inheritedChannel() instanceof ServerSocketChannel listener)) {
                throw new IOException("no listening socket");
            }
            Thread serving = new Thread(() -> serve(proxy, listener));
            serving.setDaemon(true);
            serving.start();
        } catch (IOException | RuntimeException e) {
            write(linux, log, "rustyrun: the proxy of " + args[1] + " ends: " + e.getMessage() + "\n");
            return 1;
        }
        PollSet ended = new PollSet(1);
        ended.add(container, PollSet.POLLIN);
        linux.poll(ended, -1);
        proxy.awaitConnections();
        return 0;
    }

    private static void serve(EgressProxy proxy, ServerSocketChannel listener) {
        try {
            proxy.serve(listener);
        } catch (IOException e) {
            // Nobody listens any more: the container's connections are refused.
        }
    }

    private static void write(Linux linux, int log, String line) {
        try {
            linux.writeAll(log, line.getBytes(StandardCharsets.UTF_8));
        } catch (LinuxException e) {
            // Nobody reads it.
        }
    }
}
