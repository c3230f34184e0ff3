package dev.rustyrun.cgroup.systemd;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Received;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A connection to a D-Bus bus, or directly to a peer; D-Bus Specification. Received data is limited in size, and every
 * wait is limited in time. For use by one thread.
 */
final class Bus implements AutoCloseable {

    /** The bus itself, which routes messages. */
    private static final String DAEMON = "org.freedesktop.DBus";

    private static final String DAEMON_PATH = "/org/freedesktop/DBus";

    /**
     * The peer reads this process's credentials from the socket, so the handshake needs nothing else; sd-bus does the
     * same.
     */
    private static final String HANDSHAKE = "\0AUTH EXTERNAL\r\nDATA\r\nBEGIN\r\n";

    private static final int MAX_LINE = 4096;
    /** The maximum number of signals that are stored while waiting for other messages. */
    private static final int MAX_KEPT = 256;

    private final Linux linux;
    private final int socket;
    private final String path;
    private final long patienceNanos;
    private final Deque<Message> kept = new ArrayDeque<>();
    private byte[] received = new byte[0];
    private int serial;

    /**
     * Connects to the socket {@code path}.
     *
     * @param seconds time limit for an answer
     * @throws LinuxException when nothing listens there
     * @throws SystemdException when the peer does not speak D-Bus, or rejects this user
     */
    Bus(Linux linux, String path, long seconds) {
        this.linux = linux;
        this.path = path;
        this.patienceNanos = TimeUnit.SECONDS.toNanos(seconds);
        this.socket = linux.connect(path);
        boolean open = false;
        try {
            handshake();
            open = true;
        } finally {
            if (!open) {
                close();
            }
        }
    }

    private void handshake() {
        send(HANDSHAKE.getBytes(StandardCharsets.US_ASCII));
        long deadline = System.nanoTime() + patienceNanos;
        String line = line(deadline);
        if (line.startsWith("DATA")) {
            line = line(deadline);
        }
        if (!line.startsWith("OK ")) {
            throw new SystemdException(path + " does not accept this user"
                    + (line.startsWith("REJECTED") ? "" : ": it does not speak D-Bus"));
        }
    }

    private void send(byte[] bytes) {
        try {
            linux.send(socket, bytes, -1);
        } catch (LinuxException e) {
            throw SystemdException.of(path + ": " + e.getMessage(), e);
        }
    }

    private String line(long deadline) {
        for (int i = 0; ; i++) {
            while (i + 1 >= received.length) {
                more(deadline);
            }
            if (received[i] == '\r' && received[i + 1] == '\n') {
                String line = new String(received, 0, i, StandardCharsets.US_ASCII);
                received = Arrays.copyOfRange(received, i + 2, received.length);
                return line;
            }
            if (i > MAX_LINE) {
                throw new SystemdException(path + " does not speak D-Bus");
            }
        }
    }

    /** Registers with a bus; a direct peer does not need it. */
    void hello() {
        call(DAEMON, DAEMON_PATH, DAEMON, "Hello", "");
    }

    /** Subscribes to these signals. */
    void match(String rule) {
        call(DAEMON, DAEMON_PATH, DAEMON, "AddMatch", "s", rule);
    }

    /**
     * Calls a method and waits for its answer.
     *
     * @param signature types of {@code arguments}
     * @throws SystemdException when the answer is an error, or does not arrive in time
     */
    Message call(String destination, String object, String type, String method, String signature, Object... arguments) {
        int number = ++serial;
        Map<Integer, Object> fields = new TreeMap<>();
        fields.put(Message.PATH, object);
        fields.put(Message.INTERFACE, type);
        fields.put(Message.MEMBER, method);
        fields.put(Message.DESTINATION, destination);
        send(Message.encode(new Message(Message.METHOD_CALL, number, fields, Arrays.asList(arguments)), signature));
        Message answer = await(message -> message.answers(number), patienceNanos, method);
        if (answer.kind() == Message.ERROR) {
            String why = answer.textAt(0);
            String name = answer.text(Message.ERROR_NAME);
            throw new SystemdException(name, why.isEmpty() ? name : why);
        }
        return answer;
    }

    /**
     * Waits for a signal that matches {@code wanted}; it may have arrived already.
     *
     * @param what description of the signal, for messages
     */
    Message signal(Predicate<Message> wanted, String what) {
        Optional<Message> earlier = kept.stream().filter(wanted).findFirst();
        if (earlier.isPresent()) {
            kept.remove(earlier.get());
            return earlier.get();
        }
        return await(message -> message.kind() == Message.SIGNAL && wanted.test(message), patienceNanos, what);
    }

    private Message await(Predicate<Message> wanted, long nanos, String what) {
        long deadline = System.nanoTime() + nanos;
        while (true) {
            Message message = next(deadline, what);
            if (wanted.test(message)) {
                return message;
            }
            if (message.kind() == Message.SIGNAL) {
                kept.add(message);
                if (kept.size() > MAX_KEPT) {
                    kept.remove();
                }
            }
        }
    }

    private Message next(long deadline, String what) {
        try {
            while (received.length < Message.START) {
                more(deadline);
            }
            int size = Message.size(received);
            while (received.length < size) {
                more(deadline);
            }
            Message message = Message.decode(Arrays.copyOf(received, size));
            received = Arrays.copyOfRange(received, size, received.length);
            return message;
        } catch (SystemdException e) {
            throw SystemdException.of(path + ", waiting for " + what + ": " + e.getMessage(), e);
        }
    }

    private void more(long deadline) {
        byte[] buffer = new byte[MAX_LINE];
        Received got;
        try {
            PollSet set = new PollSet(1);
            set.add(socket, PollSet.POLLIN);
            long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (millis <= 0 || !linux.poll(set, (int) Math.min(millis, Integer.MAX_VALUE))) {
                throw new SystemdException("no answer in " + TimeUnit.NANOSECONDS.toSeconds(patienceNanos) + " s");
            }
            got = linux.receive(socket, buffer, buffer.length);
        } catch (LinuxException e) {
            throw SystemdException.of(e.getMessage(), e);
        }
        if (got.descriptor() >= 0) {
            // This program never requests a descriptor.
            linux.close(got.descriptor());
        }
        if (got.count() == 0) {
            throw new SystemdException("the connection was closed");
        }
        int before = received.length;
        received = Arrays.copyOf(received, before + got.count());
        System.arraycopy(buffer, 0, received, before, got.count());
    }

    @Override
    public void close() {
        linux.close(socket);
    }
}
