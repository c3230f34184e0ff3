package dev.rustyrun.network;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Prctl;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.util.List;
import java.util.function.Consumer;

/**
 * The proxy process of one container. Its descriptors: 0 is a listening socket in the container's network namespace, 1
 * a pidfd of the container's PID 1, with which the proxy ends, 2 the log of attempts, and 3 the control socket.
 */
public final class ProxyMain {

    /** The command, followed by the container's id and the allowed hosts. */
    public static final String NAME = "proxy";

    /**
     * Descriptors are moved to at least this number, because {@link System#inheritedChannel} closes the standard ones.
     */
    private static final int KEPT = 10;

    /** The descriptor of the control socket. */
    private static final int ORDERS = 3;

    /** How long it waits for connections that were made just before the container's end. */
    private static final int END_MILLIS = 1000;

    private ProxyMain() {}

    /**
     * Reports that the proxy cannot start.
     *
     * @param args its arguments
     */
    public static String failure(String[] args, Throwable cause) {
        return AttemptLog.failure(args[1], cause);
    }

    /** Serves until the container ends; returns the exit status. */
    public static int perform(Linux linux, String[] args) {
        linux.prctl(Prctl.PR_SET_DUMPABLE, 0);
        // A new session, so that ^C at the terminal reaches only the container.
        linux.startSession();
        int waiting = linux.duplicateFrom(0, KEPT);
        int container = linux.duplicateFrom(1, KEPT);
        int log = linux.duplicateFrom(2, KEPT);
        linux.blockPipeSignal();
        LogOutput output = new LogOutput(linux, log);
        // A failure is one line, not a stack trace.
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> output.write(failure(args, e)));
        AttemptLog attempts = new AttemptLog(args[1], output, output, System::nanoTime);
        EgressPolicy policy = EgressPolicy.of(List.of(args).subList(2, args.length));
        EgressProxy proxy = new EgressProxy(policy, InetAddress::getAllByName, attempts::report);
        ServerSocketChannel listener;
        try {
            if (!(System.inheritedChannel() instanceof ServerSocketChannel inherited)) {
                throw new IOException("no listening socket");
            }
            listener = inherited;
            Confinement.enter(linux);
            start(() -> serve(linux, proxy, listener, e -> output.write(failure(args, e))));
            start(() -> new ProxyControl(linux, proxy, attempts).serve(ORDERS));
        } catch (IOException | RuntimeException | Error e) {
            output.write(failure(args, e));
            return 1;
        }
        PollSet ended = new PollSet(1);
        ended.add(container, PollSet.POLLIN);
        linux.poll(ended, -1);
        awaitAccepted(linux, waiting);
        proxy.awaitConnections(listener);
        attempts.end();
        return 0;
    }

    /** Waits until the connections that the container made before its end are accepted, but at most a second. */
    private static void awaitAccepted(Linux linux, int listening) {
        PollSet connections = new PollSet(1);
        connections.add(listening, PollSet.POLLIN);
        PollSet nothing = new PollSet(1);
        for (int i = 0; i < END_MILLIS && linux.poll(connections, 0); i++) {
            linux.poll(nothing, 1);
        }
    }

    private static void serve(
            Linux linux, EgressProxy proxy, ServerSocketChannel listener, Consumer<Throwable> failures) {
        try {
            proxy.serve(listener);
        } catch (ClosedChannelException e) {
            // The container has ended.
        } catch (IOException | RuntimeException | Error e) {
            failures.accept(e);
            // Without this process, the container's connections are refused at once.
            linux.exit(1);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
    }
}
