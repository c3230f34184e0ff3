package dev.rustyrun.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.linux.Linux;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A proxy never blocks on a reader of its log. */
class LogOutputTest {

    private final Linux linux = Linux.host();

    @Test
    @Timeout(60)
    void a_pipe_without_a_reader_gets_no_more_lines() {
        int[] pipe = linux.pipe();
        LogOutput output = new LogOutput(linux, pipe[1]);
        String line = "x".repeat(4_000) + "\n";
        int taken = 0;
        while (taken < 100 && output.write(line)) {
            taken++;
        }
        assertTrue(taken > 0 && taken < 100, "taken: " + taken);
        byte[] all = new byte[line.length() * taken];
        int got = 0;
        while (got < all.length) {
            got += linux.read(pipe[0], all, all.length - got);
        }
        assertTrue(output.write(line), "the line must fit after the reader has read");
        assertFalse(output.write("x".repeat(5_000)), "too long to be written at once");
        assertEquals(line.length() * taken, got);
        linux.close(pipe[0]);
        assertFalse(output.write(line), "the reader has closed the pipe");
        linux.close(pipe[1]);
    }
}
