package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.linux.SignalSet;
import dev.rustyrun.linux.TerminalMode;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.request.TerminalRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Connects this process's input, output, terminal and signals to a command until the command ends. The calling thread
 * receives and writes; another thread reads input and signals and sends them. It reads a piece of input only after the
 * peer has accepted the previous one, so that a command that does not read blocks the writer instead of filling memory.
 */
public final class Attachment {

    private static final int STDIN = 0;
    private static final int PIECE = 32 * 1024;
    private static final byte STDERR = 2;
    /** The detach keys, Ctrl-P and Ctrl-Q. */
    private static final byte FIRST_KEY = 16;

    private static final byte SECOND_KEY = 17;
    private static final String TAKEN = "taken";
    private static final List<Signal> HANDLED = List.of(
            Signal.SIGHUP,
            Signal.SIGINT,
            Signal.SIGQUIT,
            Signal.SIGTERM,
            Signal.SIGUSR1,
            Signal.SIGUSR2,
            Signal.SIGWINCH);
    private static final SignalSet SIGNALS = SignalSet.of(HANDLED.toArray(Signal[]::new));

    private final EngineContext context;
    private final Linux linux;
    private final Peer peer;
    private final boolean terminal;
    private final boolean input;
    private final int[] wake;
    private final Conversation conversation;
    private volatile boolean awaitsTaken;
    private volatile int detachSignal;
    private volatile boolean detached;
    /** Whether the first detach key was typed and has not been sent yet. */
    private boolean firstKey;

    private Optional<JsonNode> last = Optional.empty();

    /**
     * Attaches to {@code peer}.
     *
     * @param terminal whether the peer has a terminal
     * @param input whether the peer gets this process's input
     */
    public Attachment(EngineContext context, Peer peer, boolean terminal, boolean input) {
        this.context = context;
        this.linux = context.linux();
        this.peer = peer;
        this.terminal = terminal && linux.isTerminal(STDIN);
        this.input = input;
        this.wake = linux.pipe();
        this.conversation = peer.open();
    }

    /** Adds the size of this process's terminal, if it has one, to {@code request}. */
    public static void size(Linux linux, TerminalRequest request) {
        if (linux.isTerminal(STDIN)) {
            WindowSize size = linux.windowSize(STDIN);
            if (size.rows() > 0 && size.columns() > 0) {
                request.size(size.rows(), size.columns());
            }
        }
    }

    /** Relays until the command ends; returns its result. */
    public JsonNode relay() {
        int signals = linux.signalDescriptor(SIGNALS);
        Optional<TerminalMode> before = Optional.empty();
        try (conversation) {
            if (terminal && input) {
                before = Optional.of(linux.terminalMode(STDIN));
                linux.setTerminalMode(STDIN, before.get().raw());
            }
            Thread sender = new Thread(() -> send(signals), "attach-input");
            sender.setDaemon(true);
            sender.start();
            receive();
        } catch (IOException e) {
            if (detachSignal == 0 && !detached && last.isEmpty()) {
                throw peer.lost(e);
            }
        } catch (LinuxException e) {
            if (e.errno() == Errno.EPIPE) {
                peer.outputIsClosed();
            }
            throw e;
        } finally {
            before.ifPresent(mode -> linux.setTerminalMode(STDIN, mode));
        }
        if (detached) {
            return JsonNodeFactory.instance.objectNode().put("exitCode", 0).put("message", peer.detachMessage());
        }
        return detachSignal > 0
                ? JsonNodeFactory.instance.objectNode().put("exitCode", 128 + detachSignal)
                : peer.end(last);
    }

    private void receive() throws IOException {
        while (true) {
            Conversation.Message message = conversation.receive();
            switch (message.kind()) {
                case CLOSE -> {
                    return;
                }
                case TEXT -> {
                    if (message.text().equals(TAKEN)) {
                        awaitsTaken = false;
                        linux.writeAll(wake[1], new byte[1]);
                    } else {
                        last = Optional.of(new ObjectMapper().readTree(message.bytes()));
                    }
                }
                case BINARY -> {
                    byte[] bytes = message.bytes();
                    if (bytes.length > 1) {
                        context.print(bytes[0] == STDERR ? 2 : 1, Arrays.copyOfRange(bytes, 1, bytes.length));
                    }
                }
            }
        }
    }

    private void send(int signals) {
        PollSet set = new PollSet(3);
        byte[] buffer = new byte[PIECE];
        boolean inputOpen = input;
        try {
            while (detachSignal == 0 && !detached) {
                set.clear();
                set.add(signals, PollSet.POLLIN);
                set.add(wake[0], PollSet.POLLIN);
                if (inputOpen && !awaitsTaken) {
                    set.add(STDIN, PollSet.POLLIN);
                }
                linux.poll(set, -1);
                if (set.found(wake[0], PollSet.POLLIN)) {
                    linux.read(wake[0], new byte[16], 16);
                }
                if (set.found(signals, PollSet.POLLIN)) {
                    linux.nextSignal(signals)
                            .ifPresent(received -> HANDLED.stream()
                                    .filter(signal -> signal.number() == received.number())
                                    .forEach(this::pass));
                }
                if (inputOpen && !awaitsTaken && set.found(STDIN, PollSet.POLLIN | PollSet.POLLHUP | PollSet.POLLERR)) {
                    inputOpen = sendInput(buffer);
                }
            }
        } catch (IOException | RuntimeException e) {
            // The connection is lost: the receiving thread reports it.
            conversation.close();
        }
    }

    /** Reads input and sends it; returns whether more may come. */
    private boolean sendInput(byte[] buffer) throws IOException {
        int got;
        try {
            got = linux.read(STDIN, buffer, buffer.length);
        } catch (LinuxException e) {
            // EIO: the terminal was closed. After any read error there is no more input.
            got = 0;
        }
        if (got > 0 && terminal && peer.isDetachable()) {
            return sendKeys(buffer, got);
        }
        if (got > 0) {
            awaitsTaken = true;
            conversation.send(buffer, got);
        } else if (peer.endsWithInput()) {
            conversation.send("eof");
        }
        return got > 0;
    }

    /**
     * Sends typed input except the detach keys Ctrl-P Ctrl-Q, which are those of docker and podman; returns whether
     * more may come.
     */
    private boolean sendKeys(byte[] typed, int count) throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            if (firstKey && typed[i] == SECOND_KEY) {
                detached = true;
                conversation.close();
                return false;
            }
            if (firstKey) {
                sent.write(FIRST_KEY);
            }
            firstKey = typed[i] == FIRST_KEY;
            if (!firstKey) {
                sent.write(typed[i]);
            }
        }
        if (sent.size() > 0) {
            awaitsTaken = true;
            conversation.send(sent.toByteArray(), sent.size());
        }
        return true;
    }

    private void pass(Signal signal) {
        try {
            if (signal == Signal.SIGWINCH) {
                if (terminal) {
                    WindowSize size = linux.windowSize(STDIN);
                    conversation.send("resize " + size.rows() + " " + size.columns());
                }
            } else if (peer.isDetachedBy(signal)) {
                detachSignal = signal.number();
                conversation.close();
            } else {
                peer.pass(signal, conversation);
            }
        } catch (IOException e) {
            conversation.close();
        }
    }
}
