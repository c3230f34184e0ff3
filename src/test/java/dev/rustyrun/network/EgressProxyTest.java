package dev.rustyrun.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The proxy itself, with a server and a client in this process. */
class EgressProxyTest {

    private final BlockingQueue<EgressAttempt> attempts = new LinkedBlockingQueue<>();

    /** A thread of a process that has reached its limit. */
    private static Thread failing() {
        return new Thread() {
            @Override
            public synchronized void start() {
                throw new OutOfMemoryError("unable to create native thread");
            }
        };
    }

    /** @param failed which thread of the proxy does not start */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void a_connection_without_room_for_its_threads_is_closed_and_reported(int failed) throws Exception {
        AtomicInteger started = new AtomicInteger();
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket server = new ServerSocket(0, 50, loopback);
                ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(loopback, 0))) {
            String host = loopback.getHostAddress() + ":" + server.getLocalPort();
            EgressProxy proxy = new EgressProxy(
                    EgressPolicy.of(List.of(host)),
                    InetAddress::getAllByName,
                    attempts::add,
                    work -> started.incrementAndGet() == failed ? failing() : new Thread(work));
            Thread serving = new Thread(() -> serve(proxy, listener));
            serving.start();
            try (Socket client = connect(listener, host)) {
                // The end of the stream, perhaps after the answer to CONNECT.
                client.getInputStream().readAllBytes();
            } catch (IOException reset) {
                // Closing a connection with unread data resets it.
            }
            EgressAttempt attempt = attempts.poll(60, TimeUnit.SECONDS);
            assertEquals("the proxy cannot create another thread", attempt.reason());
            try (Socket client = connect(listener, host);
                    Socket accepted = accept(server, failed)) {
                accepted.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
                accepted.shutdownOutput();
                String answer = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertTrue(answer.endsWith("hello"), answer);
            }
            listener.close();
            serving.join();
        }
    }

    private static Socket accept(ServerSocket server, int failed) throws IOException {
        if (failed > 1) {
            // The connection of the client whose second thread did not start.
            server.accept().close();
        }
        return server.accept();
    }

    private static Socket connect(ServerSocketChannel listener, String host) throws IOException {
        InetSocketAddress address = (InetSocketAddress) listener.getLocalAddress();
        Socket client = new Socket(address.getAddress(), address.getPort());
        client.getOutputStream().write(("CONNECT " + host + " HTTP/1.1\r\n\r\n").getBytes(StandardCharsets.UTF_8));
        return client;
    }

    private static void serve(EgressProxy proxy, ServerSocketChannel listener) {
        try {
            proxy.serve(listener);
        } catch (ClosedChannelException end) {
            // The test has ended.
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
