package dev.rustyrun.network;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A control connection to the proxy of a running container. Orders and answers are messages: one character, followed by
 * a list of hosts, one per line, or by an error message.
 */
public final class ProxyConnection implements AutoCloseable {

    /** The orders: replace the allowed hosts, list the allowed hosts, and report attempts from now on. */
    static final char ALLOW = '=';

    static final char SHOW = '?';
    static final char FOLLOW = '!';

    /** The first characters of answers. */
    static final char DONE = '+';

    static final char REFUSED = '-';

    /** The maximum size of a message. */
    static final int MAX_BYTES = 64 * 1024;

    private static final int REST_MILLIS = 3000;
    private static final int ANSWER_MILLIS = 10_000;

    private final Linux linux;
    private final OpenFile socket;

    /** @param socket connected with the proxy; {@link #close} closes it */
    public ProxyConnection(Linux linux, OpenFile socket) {
        this.linux = linux;
        this.socket = socket;
    }

    /** Replaces the hosts that the proxy allows. The change is in effect when this returns. */
    public void allow(List<String> hosts) {
        ask(ALLOW + String.join("\n", hosts));
    }

    /** The hosts that the proxy allows. */
    public List<String> allowed() {
        String hosts = ask(Character.toString(SHOW));
        return hosts.isEmpty() ? List.of() : List.of(hosts.split("\n"));
    }

    /** Makes the proxy send a line for each attempt from now on. */
    public void follow() {
        ask(Character.toString(FOLLOW));
    }

    /** The next of these lines, if one has been received. */
    public Optional<String> next() {
        try {
            String line = receive();
            return line.isEmpty() ? Optional.empty() : Optional.of(line);
        } catch (LinuxException e) {
            // EAGAIN, or the proxy has ended.
            return Optional.empty();
        }
    }

    /** Waits up to {@code millis} milliseconds for such a line, or for the end of the proxy. */
    public void await(int millis) {
        PollSet set = new PollSet(1);
        set.add(socket.descriptor(), PollSet.POLLIN);
        linux.poll(set, millis);
        if (set.found(socket.descriptor(), PollSet.POLLHUP)) {
            linux.poll(new PollSet(1), millis);
        }
    }

    /** All lines up to the end of the proxy, which ends after its container; waits at most {@link #REST_MILLIS}. */
    public List<String> rest() {
        List<String> lines = new ArrayList<>();
        long end = System.nanoTime() + REST_MILLIS * 1_000_000L;
        PollSet set = new PollSet(1);
        set.add(socket.descriptor(), PollSet.POLLIN);
        try {
            for (long left = REST_MILLIS; left > 0 && linux.poll(set, (int) left); ) {
                String line = receive();
                if (line.isEmpty()) {
                    break;
                }
                lines.add(line);
                left = (end - System.nanoTime()) / 1_000_000;
            }
        } catch (LinuxException e) {
            // The proxy has ended.
        }
        return lines;
    }

    private String ask(String order) {
        byte[] message = order.getBytes(StandardCharsets.UTF_8);
        if (message.length > MAX_BYTES) {
            throw new InvalidSpecException(
                    "the list of allowed hosts is too long: " + message.length + " bytes, the maximum is " + MAX_BYTES);
        }
        String answer;
        try {
            linux.send(socket.descriptor(), message, -1);
            PollSet set = new PollSet(1);
            set.add(socket.descriptor(), PollSet.POLLIN);
            if (!linux.poll(set, ANSWER_MILLIS)) {
                throw new InvalidSpecException("the container's proxy does not answer");
            }
            answer = receive();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EPIPE && e.errno() != Errno.ECONNRESET) {
                throw e;
            }
            answer = "";
        }
        if (answer.isEmpty()) {
            throw new InvalidSpecException(
                    "the container's proxy has ended; the container can no longer reach any host");
        }
        if (answer.charAt(0) == REFUSED) {
            throw new InvalidSpecException(answer.substring(1));
        }
        return answer.substring(1);
    }

    private String receive() {
        byte[] buffer = new byte[MAX_BYTES + 1];
        int got = linux.receive(socket.descriptor(), buffer, buffer.length).count();
        return new String(buffer, 0, got, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        socket.close();
    }
}
