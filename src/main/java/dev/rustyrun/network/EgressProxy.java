package dev.rustyrun.network;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * The egress proxy of a container: it connects the container only to hosts that the policy allows. It supports HTTP
 * CONNECT, HTTP requests with an absolute URL, and SOCKS5. It listens on a socket in the container's network namespace,
 * and connects from the host's.
 *
 * <p>Each of at most {@link #MAX_CONNECTIONS} connections has two threads and two buffers, and every wait has a
 * timeout. An event loop library would need most of the memory and the start time of such a small process.
 */
public final class EgressProxy {

    static final int MAX_CONNECTIONS = 64;
    private static final int CONNECT_MILLIS = 10_000;
    private static final int IDLE_MILLIS = 600_000;
    private static final int END_MILLIS = 1000;
    private static final int BUFFER = 32 * 1024;
    private static final int STACK = 256 * 1024;
    private static final String NO_THREAD = "the proxy cannot create another thread";

    private final EgressPolicy.Resolver resolver;
    private final Consumer<EgressAttempt> attempts;
    private final ThreadFactory threads;
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);
    private final Set<Connected> connected = ConcurrentHashMap.newKeySet();
    private volatile EgressPolicy policy;

    /** An open connection. */
    private static final class Connected {
        private final Socket client;
        private final Socket server;
        private final EgressRequest request;
        private final InetAddress address;
        private volatile String ended = "";

        Connected(Socket client, Socket server, EgressRequest request, InetAddress address) {
            this.client = client;
            this.server = server;
            this.request = request;
            this.address = address;
        }

        void endUnless(EgressPolicy policy) {
            if (!policy.allows(request.host(), request.port(), address)) {
                end("it is no longer allowed");
            }
        }

        void end(String reason) {
            ended = reason;
            close(client);
            close(server);
        }
    }

    /** @param attempts receives each finished attempt */
    public EgressProxy(EgressPolicy policy, EgressPolicy.Resolver resolver, Consumer<EgressAttempt> attempts) {
        this(policy, resolver, attempts, work -> new Thread(null, work, "egress", STACK));
    }

    /** @param threads makes the threads of connections */
    EgressProxy(
            EgressPolicy policy,
            EgressPolicy.Resolver resolver,
            Consumer<EgressAttempt> attempts,
            ThreadFactory threads) {
        this.policy = policy;
        this.resolver = resolver;
        this.attempts = attempts;
        this.threads = threads;
    }

    /** The current policy. */
    EgressPolicy policy() {
        return policy;
    }

    /** Replaces the policy, and ends connections that the new one does not allow. */
    void allow(EgressPolicy other) {
        policy = other;
        connected.forEach(each -> each.endUnless(other));
    }

    /** Serves connections until {@code listener} is closed. */
    public void serve(ServerSocketChannel listener) throws IOException {
        while (true) {
            // Further connections wait in the listen queue of the kernel.
            free.acquireUninterruptibly();
            boolean served = false;
            try {
                SocketChannel accepted = listener.accept();
                served = start(accepted);
            } finally {
                if (!served) {
                    free.release();
                }
            }
        }
    }

    private boolean start(SocketChannel accepted) throws IOException {
        try {
            start(() -> serve(accepted));
            return true;
        } catch (OutOfMemoryError noThread) {
            accepted.close();
            attempts.accept(new EgressAttempt("", 0, "", NO_THREAD, 0, 0));
            return false;
        }
    }

    private void serve(SocketChannel accepted) {
        try (accepted) {
            handle(accepted.socket());
        } catch (IOException | RuntimeException e) {
            // The container has closed the connection, or sent an invalid request.
        } finally {
            free.release();
        }
    }

    /**
     * Waits for the connections of an ended container to close, so that each is reported; at most {@link #END_MILLIS}.
     */
    void awaitConnections(ServerSocketChannel listener) {
        close(listener);
        try {
            free.tryAcquire(MAX_CONNECTIONS, END_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Thread start(Runnable work) {
        Thread thread = threads.newThread(work);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void handle(Socket client) throws IOException {
        EgressRequest request;
        try {
            request = EgressRequest.read(client);
        } catch (EgressRequest.Refused e) {
            attempts.accept(new EgressAttempt("", 0, "", e.getMessage(), 0, 0));
            return;
        }
        EgressPolicy.Decision decision = policy.decide(request.host(), request.port(), resolver);
        if (decision.address().isEmpty()) {
            attempts.accept(new EgressAttempt(request.host(), request.port(), "", decision.reason(), 0, 0));
            request.refuse(client, decision.reason());
            return;
        }
        connect(client, request, decision.address().get());
    }

    private void connect(Socket client, EgressRequest request, InetAddress address) throws IOException {
        AtomicLong sent = new AtomicLong();
        AtomicLong received = new AtomicLong();
        String failure = "";
        Optional<Connected> known = Optional.empty();
        try (SocketChannel channel = SocketChannel.open()) {
            Socket server = channel.socket();
            Connected own = new Connected(client, server, request, address);
            known = Optional.of(own);
            connected.add(own);
            // The policy may have been replaced since the decision.
            own.endUnless(policy);
            try {
                server.connect(new InetSocketAddress(address, request.port()), CONNECT_MILLIS);
            } catch (IOException e) {
                failure = e instanceof SocketTimeoutException ? "the host does not answer" : "the connection failed";
                request.fail(client, failure);
                return;
            }
            request.accept(client);
            server.getOutputStream().write(request.ahead());
            sent.addAndGet(request.ahead().length);
            client.setSoTimeout(IDLE_MILLIS);
            server.setSoTimeout(IDLE_MILLIS);
            Thread back;
            try {
                back = start(() -> copy(server, client, received));
            } catch (OutOfMemoryError noThread) {
                failure = NO_THREAD;
                return;
            }
            if (request.mayBeTls()) {
                checkAndForwardStart(own, sent);
            }
            copy(client, server, sent);
            join(back);
        } finally {
            if (known.isPresent()) {
                connected.remove(known.get());
                failure = known.get().ended.isEmpty() ? failure : known.get().ended;
            }
            attempts.accept(new EgressAttempt(
                    request.host(), request.port(), address.getHostAddress(), failure, sent.get(), received.get()));
        }
    }

    /**
     * Forwards the first bytes of the client, unless they are a TLS ClientHello with a server name that is not allowed.
     */
    private void checkAndForwardStart(Connected own, AtomicLong sent) throws IOException {
        byte[] bytes = new byte[ClientHello.MAX_BYTES];
        int count = 0;
        try {
            InputStream in = own.client.getInputStream();
            for (int needed = 1; count < needed; needed = ClientHello.needed(bytes, count)) {
                int got = in.read(bytes, count, needed - count);
                if (got < 0) {
                    break;
                }
                count += got;
            }
            Optional<String> name = ClientHello.serverName(bytes, count);
            if (name.isPresent() && !policy.allowsName(name.get(), own.request.port())) {
                own.end("the server name \"" + name.get() + "\" in it is not allowed");
                return;
            }
        } catch (EgressRequest.Refused e) {
            own.end(e.getMessage());
            return;
        }
        own.server.getOutputStream().write(bytes, 0, count);
        sent.addAndGet(count);
    }

    /** Copies until the end of {@code from}, then shuts down the output of {@code to}; after an error, closes both. */
    private static void copy(Socket from, Socket to, AtomicLong count) {
        byte[] buffer = new byte[BUFFER];
        try {
            for (int got = from.getInputStream().read(buffer);
                    got >= 0;
                    got = from.getInputStream().read(buffer)) {
                to.getOutputStream().write(buffer, 0, got);
                count.addAndGet(got);
            }
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Closeable socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // The socket is closed anyway.
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
