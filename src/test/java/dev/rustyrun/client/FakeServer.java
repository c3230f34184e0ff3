package dev.rustyrun.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers each connection with the next of the given answers, byte for byte, whatever the request. */
final class FakeServer implements AutoCloseable {

    private final ServerSocketChannel listener;
    private final Path socket;
    private final List<String> asked = new CopyOnWriteArrayList<>();

    FakeServer(Path folder, String... answers) throws IOException {
        socket = folder.resolve("socket");
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
        Thread thread = new Thread(() -> answer(answers), "fake-server");
        thread.setDaemon(true);
        thread.start();
    }

    private void answer(String... answers) {
        for (String answer : answers) {
            try (SocketChannel caller = listener.accept()) {
                asked.add(head(caller));
                ByteBuffer bytes = ByteBuffer.wrap(answer.getBytes(StandardCharsets.ISO_8859_1));
                while (bytes.hasRemaining()) {
                    caller.write(bytes);
                }
            } catch (IOException e) {
                return;
            }
        }
    }

    /** Reads up to and including the empty line, and no more. */
    private static String head(SocketChannel caller) throws IOException {
        StringBuilder head = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        while (head.indexOf("\r\n\r\n") < 0 && caller.read(one.clear()) > 0) {
            head.append((char) one.get(0));
        }
        return head.toString();
    }

    /** An HTTP answer with this JSON body. */
    static String json(int status, String body) {
        return "HTTP/1.1 " + status + " X\r\nContent-Type: application/json\r\nContent-Length: " + body.length()
                + "\r\n\r\n" + body;
    }

    /** The heads of the requests received so far. */
    List<String> asked() {
        return asked;
    }

    RemoteEngine engine() {
        return new RemoteEngine(
                new Server(ServerAddress.parse("unix://" + socket), Optional.empty(), Optional.of("secret")));
    }

    @Override
    public void close() {
        try {
            listener.close();
            java.nio.file.Files.deleteIfExists(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
