package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.container.OwnInput;
import dev.rustyrun.container.served.InputQueue;
import dev.rustyrun.spec.OutputException;
import dev.rustyrun.spec.SignalNames;
import dev.rustyrun.spec.Spec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/**
 * Connects this process's input, output, terminal and signals to a command until the command ends. The calling thread
 * receives and writes; another thread reads input and signals and sends them. It reads a piece of input only after the
 * peer has accepted the previous one, so that a command that does not read blocks the writer instead of filling memory.
 */
public final class Attachment {

    private static final int PIECE = 32 * 1024;
    private static final byte STDERR = 2;
    /** The detach keys, Ctrl-P and Ctrl-Q. */
    private static final byte FIRST_KEY = 16;

    private static final byte SECOND_KEY = 17;

    private final EngineContext context;
    private final OwnInput own;
    private final Peer peer;
    private final boolean terminal;
    private final boolean input;
    private final Conversation conversation;
    private volatile boolean awaitsTaken;
    private volatile Optional<String> detachSignal = Optional.empty();
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
        this.own = context.process().input();
        this.peer = peer;
        this.terminal = terminal && own.isTerminal();
        this.input = input;
        this.conversation = peer.open();
    }

    /** Relays until the command ends; returns its result. */
    public JsonNode relay() {
        try (conversation) {
            own.open(terminal && input);
            Thread sender = new Thread(this::send, "attach-input");
            sender.setDaemon(true);
            sender.start();
            receive();
        } catch (IOException e) {
            if (detachSignal.isEmpty() && !detached && last.isEmpty()) {
                throw peer.lost(e);
            }
        } catch (OutputException e) {
            if (e.isClosed()) {
                peer.outputIsClosed();
            }
            throw e;
        } finally {
            own.restore();
        }
        if (detached) {
            return JsonNodeFactory.instance.objectNode().put("exitCode", 0).put("message", peer.detachMessage());
        }
        return detachSignal.isPresent()
                ? JsonNodeFactory.instance
                        .objectNode()
                        .put(
                                "exitCode",
                                128 + SignalNames.number(detachSignal.get()).orElseThrow())
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
                    if (message.text().equals(InputQueue.TAKEN)) {
                        awaitsTaken = false;
                        own.wake();
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

    private void send() {
        byte[] buffer = new byte[PIECE];
        boolean inputOpen = input;
        try {
            while (detachSignal.isEmpty() && !detached) {
                boolean found = own.await(inputOpen && !awaitsTaken);
                Optional<String> signal = own.nextSignal();
                if (signal.isPresent()) {
                    pass(signal.get());
                }
                if (found) {
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
        int got = own.read(buffer);
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

    private void pass(String signal) {
        try {
            if (signal.equals(OwnInput.RESIZED)) {
                if (terminal) {
                    Spec.ConsoleSize size = own.size();
                    conversation.send("resize " + size.height() + " " + size.width());
                }
            } else if (peer.isDetachedBy(signal)) {
                detachSignal = Optional.of(signal);
                conversation.close();
            } else {
                peer.pass(signal, conversation);
            }
        } catch (IOException e) {
            conversation.close();
        }
    }
}
