package dev.rustyrun.cgroup.systemd;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A message bus that serves one client at a time with the answers of a test. */
final class FakeBus implements AutoCloseable {

    private final ServerSocketChannel server;
    private final List<Message> calls = Collections.synchronizedList(new ArrayList<>());

    /**
     * Starts the bus.
     *
     * @param greeting the answer to the handshake
     * @param answers the bytes to send for a call
     */
    FakeBus(Path path, String greeting, Function<Message, byte[]> answers) throws IOException {
        server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        Thread thread = new Thread(() -> {
            while (server.isOpen()) {
                try (SocketChannel guest = server.accept()) {
                    serve(guest, greeting, answers);
                } catch (IOException e) {
                    // The client has disconnected.
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void serve(SocketChannel guest, String greeting, Function<Message, byte[]> answers) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (!line.toString(StandardCharsets.US_ASCII).endsWith("BEGIN\r\n")) {
            line.write(read(guest, 1));
        }
        guest.write(ByteBuffer.wrap(greeting.getBytes(StandardCharsets.US_ASCII)));
        while (true) {
            byte[] start = read(guest, Message.START);
            byte[] all = Arrays.copyOf(start, Message.size(start));
            System.arraycopy(read(guest, all.length - start.length), 0, all, start.length, all.length - start.length);
            Message call = Message.decode(all);
            calls.add(call);
            guest.write(ByteBuffer.wrap(answers.apply(call)));
        }
    }

    private static byte[] read(SocketChannel guest, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (guest.read(bytes) < 0) {
                throw new IOException("closed");
            }
        }
        return bytes.array();
    }

    /** The calls received so far. */
    List<Message> calls() {
        return List.copyOf(calls);
    }

    static byte[] answer(Message call, String signature, Object... values) {
        return Message.encode(
                new Message(
                        Message.METHOD_RETURN,
                        1,
                        Map.of(Message.REPLY_SERIAL, (long) call.serial()),
                        Arrays.asList(values)),
                signature);
    }

    static byte[] error(Message call, String name, String why) {
        return Message.encode(
                new Message(
                        Message.ERROR,
                        1,
                        Map.of(Message.REPLY_SERIAL, (long) call.serial(), Message.ERROR_NAME, name),
                        List.of(why)),
                "s");
    }

    static byte[] jobRemoved(String job, String unit, String result) {
        return Message.encode(
                new Message(
                        Message.SIGNAL,
                        2,
                        Map.of(
                                Message.PATH, "/org/freedesktop/systemd1",
                                Message.INTERFACE, "org.freedesktop.systemd1.Manager",
                                Message.MEMBER, "JobRemoved"),
                        List.of(1L, job, unit, result)),
                "uoss");
    }

    static byte[] both(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
