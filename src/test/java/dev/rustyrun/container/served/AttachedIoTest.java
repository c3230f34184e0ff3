package dev.rustyrun.container.served;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.InputRefusal;
import dev.rustyrun.stage.CommandPipes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A command's input and output through an attached client, with real pipes. The test acts as the command and as the
 * client's connection.
 */
class AttachedIoTest {

    /** A connection that delivers messages only when the test allows it. */
    private static final class SlowSocket {

        private final StringBuffer sent = new StringBuffer();
        private final Deque<CompletableFuture<Void>> underWay = new ConcurrentLinkedDeque<>();

        CompletionStage<Void> text(String text) {
            sent.append(text).append(' ');
            CompletableFuture<Void> message = new CompletableFuture<>();
            underWay.add(message);
            return message;
        }

        CompletionStage<Void> output(byte[] message) {
            return text(message[0] + ":" + new String(message, 1, message.length - 1, StandardCharsets.UTF_8));
        }

        void arrive() {
            underWay.remove().complete(null);
        }

        void breakOff() {
            underWay.remove().completeExceptionally(new IOException("closed"));
        }
    }

    /** Memory for 2 MiB. */
    private static final class SomeMemory implements Memory {

        private long left = 2 * 1024 * 1024;

        @Override
        public synchronized boolean take(long bytes) {
            boolean taken = bytes <= left;
            left -= taken ? bytes : 0;
            return taken;
        }

        @Override
        public synchronized void giveBack(long bytes) {
            left += bytes;
        }
    }

    private final Linux linux = Linux.host();
    private final int[] stdin = linux.pipe();
    private final int[] stdout = linux.pipe();
    private final int[] stderr = linux.pipe();
    private final SlowSocket socket = new SlowSocket();
    private final AttachedClient client =
            new AttachedClient("client", linux, new SomeMemory(), socket::text, socket::output);
    private final PollSet set = new PollSet(8);
    private AttachedIo io;

    @BeforeEach
    void none_of_our_ends_waits() {
        for (int ours : new int[] {stdin[1], stdout[0], stderr[0]}) {
            linux.setNonBlocking(ours);
        }
        io = new AttachedIo(linux, new CommandPipes(stdin[1], stdout[0], stderr[0]), client, false, 24, 80);
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
    void output_is_read_only_after_earlier_output_was_sent() {
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
    void neither_output_blocks_the_other() {
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
    void input_is_acknowledged_when_the_command_has_all_of_it_and_its_end_follows() {
        assertTrue(client.offer(bytes("x".repeat(100_000))).isEmpty());
        assertTrue(client.offer(bytes("last")).isEmpty());
        assertTrue(client.order("eof"));
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
    void a_client_that_sends_more_than_is_accepted_is_refused() {
        byte[] much = new byte[300_000];
        for (int offered = 0; offered < 3; offered++) {
            assertTrue(client.offer(much).isEmpty());
        }
        assertEquals(InputRefusal.TOO_MUCH, client.offer(much).orElseThrow());
    }

    @Test
    void input_that_the_command_no_longer_reads_is_still_accepted() {
        linux.close(stdin[0]);
        client.offer(bytes("nobody"));
        relay(2);
        assertEquals("taken ", socket.sent.toString());
    }

    @Test
    void orders_are_known_ones_and_signals_come_in_their_order() {
        assertTrue(client.order("signal TERM") && client.order("signal USR1") && client.order("resize 10 20"));
        for (String wrong : new String[] {"signal KILL", "signal 9", "resize 1", "resize 99999 1", "eof ", ""}) {
            assertFalse(client.order(wrong), wrong);
        }
        assertEquals(Signal.SIGTERM.number(), io.nextSignal());
        assertEquals(Signal.SIGUSR1.number(), io.nextSignal());
        assertEquals(0, io.nextSignal());
    }

    @Test
    void a_caller_that_disconnects_or_cannot_be_reached_has_abandoned_the_command() {
        assertFalse(io.isAbandoned());
        write(stdout[1], "out");
        relay(1);
        socket.breakOff();
        assertTrue(io.isAbandoned());
        relay(1);
    }

    @Test
    void remaining_output_is_sent_before_the_answer() throws Exception {
        write(stdout[1], "one");
        relay(1);
        write(stdout[1], "two");
        write(stderr[1], "error");
        io.close();
        io.close();
        CountDownLatch finished = new CountDownLatch(1);
        client.finish("{}", finished::countDown);
        for (int i = 0; i < 4; i++) {
            dev.rustyrun.it.Host.eventually("a message is under way", () -> !socket.underWay.isEmpty());
            socket.arrive();
        }
        assertTrue(finished.await(10, TimeUnit.SECONDS));
        assertEquals("1:one 1:two 2:error {} ", socket.sent.toString());
        client.close();
        client.order("eof");
    }
}
