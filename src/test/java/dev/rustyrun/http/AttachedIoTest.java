package dev.rustyrun.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.stage.CommandPipes;
import io.quarkus.websockets.next.Sender;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A command's input and output through a web socket, with real pipes. The test acts as the command and as the socket.
 */
class AttachedIoTest {

    /** A socket that delivers messages only when the test allows it. */
    private static final class SlowSocket implements Sender {

        private final StringBuffer sent = new StringBuffer();
        private final Deque<UniEmitter<? super Void>> underWay = new ConcurrentLinkedDeque<>();

        private Uni<Void> send(String message) {
            return Uni.createFrom().emitter(emitter -> {
                sent.append(message).append(' ');
                underWay.add(emitter);
            });
        }

        void arrive() {
            underWay.remove().complete(null);
        }

        void breakOff() {
            underWay.remove().fail(new IllegalStateException("the connection is closed"));
        }

        @Override
        public Uni<Void> sendText(String message) {
            return send(message);
        }

        @Override
        public <M> Uni<Void> sendText(M message) {
            return send(message.toString());
        }

        @Override
        public Uni<Void> sendBinary(Buffer message) {
            return send(message.getByte(0) + ":" + message.getString(1, message.length()));
        }

        @Override
        public Uni<Void> sendPing(Buffer data) {
            return send("ping");
        }

        @Override
        public Uni<Void> sendPong(Buffer data) {
            return send("pong");
        }
    }

    private final Linux linux = Linux.host();
    private final int[] stdin = linux.pipe();
    private final int[] stdout = linux.pipe();
    private final int[] stderr = linux.pipe();
    private final SlowSocket socket = new SlowSocket();
    private final AttachedCaller caller = new AttachedCaller("caller", linux, new Budget(2 * 1024 * 1024), socket);
    private final PollSet set = new PollSet(8);
    private AttachedIo io;

    @BeforeEach
    void none_of_our_ends_waits() {
        for (int ours : new int[] {stdin[1], stdout[0], stderr[0]}) {
            linux.setNonBlocking(ours);
        }
        io = new AttachedIo(linux, new CommandPipes(stdin[1], stdout[0], stderr[0]), caller, false, 24, 80);
    }

    private void relay(int times) {
        for (int i = 0; i < times; i++) {
            set.clear();
            io.addTo(set);
            linux.poll(set, 20);
            io.relay(set);
        }
    }

    private void write(int descriptor, String text) {
        linux.writeAll(descriptor, text.getBytes(StandardCharsets.UTF_8));
    }

    private String readInput(int most) {
        byte[] buffer = new byte[most];
        return new String(buffer, 0, linux.read(stdin[0], buffer, most), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void output_is_read_only_when_what_was_read_before_has_gone_out() {
        write(stdout[1], "one");
        relay(1);
        write(stdout[1], "two");
        write(stderr[1], "error");
        relay(3);
        assertEquals("1:one ", socket.sent.toString());
        socket.arrive();
        relay(1);
        socket.arrive();
        relay(1);
        assertTrue(
                socket.sent.toString().contains("1:two ")
                        && socket.sent.toString().contains("2:error "),
                socket.sent.toString());
        assertEquals(11, io.total());
    }

    @Test
    void neither_output_keeps_the_other_waiting() {
        for (int i = 0; i < 3; i++) {
            write(stdout[1], "x".repeat(40_000));
            write(stderr[1], "error");
            relay(1);
            socket.arrive();
            relay(1);
            socket.arrive();
        }
        assertTrue(socket.sent.indexOf("2:error") >= 0);
    }

    @Test
    void input_is_told_to_be_taken_when_the_command_has_all_of_it_and_its_end_comes_after_all_of_it() {
        assertTrue(caller.offer(bytes("x".repeat(100_000))).isEmpty());
        assertTrue(caller.offer(bytes("last")).isEmpty());
        assertTrue(caller.order("eof"));
        relay(3);
        assertEquals("", socket.sent.toString(), "a pipe does not hold all of it");
        int read = 0;
        while (read < 100_004) {
            relay(1);
            read += readInput(100_000).length();
            if (!socket.underWay.isEmpty()) {
                socket.arrive();
            }
        }
        relay(2);
        assertEquals("taken taken ", socket.sent.toString());
        assertEquals("", readInput(10), "its end");
    }

    @Test
    void who_sends_more_than_is_taken_is_refused_at_some_time() {
        byte[] much = new byte[300_000];
        for (int offered = 0; offered < 3; offered++) {
            assertTrue(caller.offer(much).isEmpty());
        }
        assertEquals(1008, caller.offer(much).orElseThrow().getCode());
    }

    @Test
    void input_that_the_command_does_not_read_any_more_is_taken_all_the_same() {
        linux.close(stdin[0]);
        caller.offer(bytes("nobody"));
        relay(2);
        assertEquals("taken ", socket.sent.toString());
    }

    @Test
    void orders_are_known_ones_and_signals_come_in_their_order() {
        assertTrue(caller.order("signal TERM") && caller.order("signal USR1") && caller.order("resize 10 20"));
        for (String wrong : new String[] {"signal KILL", "signal 9", "resize 1", "resize 99999 1", "eof ", ""}) {
            assertFalse(caller.order(wrong), wrong);
        }
        assertEquals(Signal.SIGTERM.number(), io.nextSignal());
        assertEquals(Signal.SIGUSR1.number(), io.nextSignal());
        assertEquals(0, io.nextSignal());
    }

    @Test
    void a_caller_who_goes_or_whom_nothing_reaches_has_abandoned_the_command() {
        assertFalse(io.isAbandoned());
        write(stdout[1], "out");
        relay(1);
        socket.breakOff();
        assertTrue(io.isAbandoned());
        relay(1);
    }

    @Test
    void what_is_left_at_the_end_goes_out_before_the_answer() throws Exception {
        write(stdout[1], "one");
        relay(1);
        write(stdout[1], "two");
        write(stderr[1], "error");
        io.close();
        io.close();
        CountDownLatch finished = new CountDownLatch(1);
        caller.finish("{}", finished::countDown);
        for (int i = 0; i < 4; i++) {
            dev.rustyrun.it.Host.eventually("a message is under way", () -> !socket.underWay.isEmpty());
            socket.arrive();
        }
        assertTrue(finished.await(10, TimeUnit.SECONDS));
        assertEquals("1:one 1:two 2:error {} ", socket.sent.toString());
        caller.close();
        caller.order("eof");
    }
}
