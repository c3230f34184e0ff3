package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.linux.SignalSet;
import dev.rustyrun.linux.TerminalMode;
import dev.rustyrun.linux.WindowSize;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Connects this process's input, output, terminal and signals with a container of a server, until that has ended. This
 * thread receives and writes; another one reads input and signals and sends. A piece of input is only read when the server
 * has told that the one before was taken, so that a command which does not read holds up who writes, and fills no memory.
 */
final class Attachment {

    private static final int STDIN = 0;
    private static final int PIECE = 32 * 1024;
    private static final byte STDERR = 2;
    private static final String TAKEN = "taken";
    private static final SignalSet SIGNALS = SignalSet.of(Signal.SIGHUP, Signal.SIGINT, Signal.SIGQUIT, Signal.SIGTERM,
            Signal.SIGUSR1, Signal.SIGUSR2, Signal.SIGWINCH);

    private final Client client;
    private final Linux linux;
    private final String id;
    private final boolean terminal;
    private final boolean owner;
    private final int[] wake;
    private final WebSocket socket;
    private volatile boolean pieceUnderWay;
    private volatile int leftBy;

    /**
     * Attaches to {@code id}.
     *
     * @param terminal whether the container has one
     * @param owner whether it was made for this process, and is not to outlive it
     */
    Attachment(Client client, String id, boolean terminal, boolean owner) {
        this.client = client;
        this.linux = client.linux();
        this.id = id;
        this.terminal = terminal && linux.isTerminal(STDIN);
        this.owner = owner;
        this.wake = linux.pipe();
        this.socket = client.server().webSocket(Client.path(id) + "/attach");
    }

    /** Relays until the container has ended; how it ended. */
    JsonNode relay() {
        int signals = linux.signalDescriptor(SIGNALS);
        Optional<TerminalMode> before = Optional.empty();
        try (socket) {
            if (terminal) {
                before = Optional.of(linux.terminalMode(STDIN));
                linux.setTerminalMode(STDIN, before.get().raw());
            }
            Thread sender = new Thread(() -> send(signals), "attach-input");
            sender.setDaemon(true);
            sender.start();
            receive();
        } catch (IOException e) {
            if (leftBy == 0) {
                throw new ClientException(client.server().lost(e).getMessage() + "; container " + id
                        + " goes on: rustyrun attach " + id, e);
            }
        } catch (LinuxException e) {
            if (owner && e.errno() == Errno.EPIPE) {
                // Nobody reads what it writes any more: on this machine SIGPIPE would end it.
                client.server().delete(Client.path(id) + "?force=true");
            }
            throw e;
        } finally {
            before.ifPresent(mode -> linux.setTerminalMode(STDIN, mode));
        }
        return leftBy > 0 ? com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.objectNode()
                .put("exitCode", 128 + leftBy) : client.server().get(Client.path(id)).path("result");
    }

    private void receive() throws IOException {
        while (true) {
            WebSocket.Message message = socket.receive();
            switch (message.kind()) {
                case CLOSE -> {
                    return;
                }
                case TEXT -> {
                    if (message.text().equals(TAKEN)) {
                        pieceUnderWay = false;
                        linux.writeAll(wake[1], new byte[1]);
                    }
                }
                case BINARY -> {
                    byte[] bytes = message.bytes();
                    if (bytes.length > 1) {
                        client.print(bytes[0] == STDERR ? 2 : 1, Arrays.copyOfRange(bytes, 1, bytes.length));
                    }
                }
            }
        }
    }

    private void send(int signals) {
        PollSet set = new PollSet(3);
        byte[] buffer = new byte[PIECE];
        boolean inputOpen = true;
        try {
            while (leftBy == 0) {
                set.clear();
                set.add(signals, PollSet.POLLIN);
                set.add(wake[0], PollSet.POLLIN);
                if (inputOpen && !pieceUnderWay) {
                    set.add(STDIN, PollSet.POLLIN);
                }
                linux.poll(set, -1);
                if (set.found(wake[0], PollSet.POLLIN)) {
                    linux.read(wake[0], new byte[16], 16);
                }
                if (set.found(signals, PollSet.POLLIN)) {
                    linux.nextSignal(signals).ifPresent(signal -> pass(signal.number()));
                }
                if (inputOpen && !pieceUnderWay && set.found(STDIN, PollSet.POLLIN | PollSet.POLLHUP | PollSet.POLLERR)) {
                    inputOpen = input(buffer);
                }
            }
        } catch (IOException | RuntimeException e) {
            // The connection is gone: the thread that receives tells of it.
            socket.close();
        }
    }

    /** Sends what can be read; whether there may be more. */
    private boolean input(byte[] buffer) throws IOException {
        int got;
        try {
            got = linux.read(STDIN, buffer, buffer.length);
        } catch (LinuxException e) {
            // EIO: the terminal is gone. Whatever it is, nothing can be read any more.
            got = 0;
        }
        if (got > 0) {
            pieceUnderWay = true;
            socket.send(buffer, got);
        } else if (owner) {
            socket.send("eof");
        }
        return got > 0;
    }

    private void pass(int signal) {
        try {
            if (signal == Signal.SIGWINCH.number()) {
                if (terminal) {
                    WindowSize size = linux.windowSize(STDIN);
                    socket.send("resize " + size.rows() + " " + size.columns());
                }
            } else if (!owner && (signal == Signal.SIGHUP.number() || signal == Signal.SIGTERM.number())) {
                leftBy = signal;
                socket.close();
            } else {
                client.server().post(Client.path(id) + "/kill?signal=" + signal);
            }
        } catch (ClientException e) {
            // It has just ended, or the connection has: both are told by the thread that receives.
        } catch (IOException e) {
            socket.close();
        }
    }
}
