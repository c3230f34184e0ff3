package dev.rustyrun.stage;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.CapturedOutput;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A command's input and output over real pipes; the test acts as the command. */
class CapturedIoTest {

    private final Linux linux = Linux.host();
    private final int[] stdin = linux.pipe();
    private final int[] stdout = linux.pipe();
    private final int[] stderr = linux.pipe();
    private final PollSet set = new PollSet(8);

    private CapturedOutput output;

    private CapturedIo captured(byte[] input, int most) {
        output = new CapturedOutput(most, bytes -> true);
        for (int ours : new int[] {stdin[1], stdout[0], stderr[0]}) {
            linux.setNonBlocking(ours);
        }
        return new CapturedIo(linux, new CommandPipes(stdin[1], stdout[0], stderr[0]), input, output);
    }

    @AfterEach
    void theCommandEnds() {
        linux.close(stdin[0]);
    }

    private void relay(CapturedIo io) {
        set.clear();
        io.addTo(set);
        linux.poll(set, 1000);
        io.relay(set);
    }

    private void write(int descriptor, String text) {
        linux.writeAll(descriptor, text.getBytes(StandardCharsets.UTF_8));
    }

    private void endOutput() {
        linux.close(stdout[1]);
        linux.close(stderr[1]);
    }

    @Test
    void both_outputs_are_kept_apart_until_their_end() {
        CapturedIo io = captured(new byte[0], 100);
        write(stdout[1], "out");
        write(stderr[1], "error");
        relay(io);
        assertTrue(io.isOpen());
        endOutput();
        relay(io);
        assertFalse(io.isOpen());
        assertEquals("out", new String(output.out().bytes(), StandardCharsets.UTF_8));
        assertEquals("error", new String(output.err().bytes(), StandardCharsets.UTF_8));
        assertFalse(output.out().truncated());
        io.close();
    }

    @Test
    void output_beyond_the_limit_is_counted_and_dropped() {
        CapturedIo io = captured(new byte[0], 4);
        for (int i = 0; i < 100; i++) {
            write(stdout[1], "0123456789");
            relay(io);
        }
        write(stderr[1], "1234");
        endOutput();
        while (io.isOpen()) {
            relay(io);
        }
        assertEquals("0123", new String(output.out().bytes(), StandardCharsets.UTF_8));
        assertEquals(1000, output.out().total());
        assertTrue(output.out().truncated());
        assertFalse(output.err().truncated(), "all of it was kept");
        io.close();
    }

    @Test
    void a_limit_of_nothing_keeps_nothing() {
        CapturedIo io = captured(new byte[0], 0);
        write(stdout[1], "x");
        endOutput();
        while (io.isOpen()) {
            relay(io);
        }
        assertEquals(0, output.out().bytes().length);
        assertTrue(output.out().truncated());
        io.close();
    }

    @Test
    void more_input_than_a_pipe_holds_is_written_piece_by_piece_and_ends() {
        byte[] input = new byte[300_000];
        for (int i = 0; i < input.length; i++) {
            input[i] = (byte) (i * 31);
        }
        CapturedIo io = captured(input, 100);
        byte[] got = new byte[0];
        byte[] buffer = new byte[70_000];
        for (int count = 1; count > 0; ) {
            for (int i = 0; i < 8; i++) {
                set.clear();
                io.addTo(set);
                linux.poll(set, 0);
                io.relay(set);
            }
            count = linux.read(stdin[0], buffer, buffer.length);
            int before = got.length;
            got = Arrays.copyOf(got, before + count);
            System.arraycopy(buffer, 0, got, before, count);
        }
        assertArrayEquals(input, got);
        endOutput();
        io.close();
    }

    @Test
    void without_input_the_command_finds_its_end_at_once() {
        CapturedIo io = captured(new byte[0], 1);
        assertEquals(0, linux.read(stdin[0], new byte[1], 1));
        endOutput();
        io.close();
        io.close();
    }

    @Test
    void input_without_a_reader_is_discarded() {
        int[] closed = linux.pipe();
        linux.close(closed[0]);
        linux.setNonBlocking(closed[1]);
        linux.setNonBlocking(stdout[0]);
        linux.setNonBlocking(stderr[0]);
        // The JVM ignores SIGPIPE; stages block it, with the same effect.
        CapturedIo io = new CapturedIo(
                linux,
                new CommandPipes(closed[1], stdout[0], stderr[0]),
                new byte[10],
                new CapturedOutput(1, bytes -> true));
        relay(io);
        endOutput();
        while (io.isOpen()) {
            relay(io);
        }
        io.close();
        linux.close(stdin[1]);
    }
}
