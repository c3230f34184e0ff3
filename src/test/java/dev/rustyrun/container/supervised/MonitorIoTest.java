package dev.rustyrun.container.supervised;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.container.log.LogHold;
import dev.rustyrun.container.log.LogReader;
import dev.rustyrun.container.log.LogWriter;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.spec.LogFrame;
import dev.rustyrun.stage.CommandPipes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A monitor's relay of input and output over real pipes. The test acts as the command and as the service. */
class MonitorIoTest {

    @TempDir
    Path folder;

    private final Linux linux = Linux.host();
    private final int[] stdin = linux.pipe();
    private final int[] stdout = linux.pipe();
    private final int[] stderr = linux.pipe();
    /** Stays open for writing, as the FIFO of a container's input does. */
    private final int[] input = linux.pipe();

    private final int[] control = linux.pipe();
    private final int[] readers = linux.pipe();
    private final PollSet set = new PollSet(8);
    private Path log;

    @BeforeEach
    void none_of_our_ends_waits() {
        log = folder.resolve("log");
        for (int ours : new int[] {stdin[1], stdout[0], stderr[0], input[0], control[0], readers[0]}) {
            linux.setNonBlocking(ours);
        }
    }

    private MonitorIo monitor(boolean openStdin, long mostLog) {
        return new MonitorIo(
                linux,
                new CommandPipes(stdin[1], stdout[0], stderr[0]),
                new LogWriter(linux, log, mostLog),
                input[0],
                control[0],
                readers[0],
                openStdin,
                new WindowSize(24, 80));
    }

    private void relay(MonitorIo io, int times) {
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

    private String logged() throws IOException {
        StringBuilder text = new StringBuilder();
        try (LogReader reader = new LogReader(log)) {
            for (Optional<LogFrame> frame = reader.next(); frame.isPresent(); frame = reader.next()) {
                text.append(frame.get().stream())
                        .append(':')
                        .append(new String(frame.get().bytes(), StandardCharsets.UTF_8))
                        .append(' ');
            }
        }
        return text.toString();
    }

    @Test
    void output_is_logged_by_stream_until_both_streams_end() throws IOException {
        MonitorIo io = monitor(false, 100);
        write(stdout[1], "out");
        relay(io, 1);
        write(stderr[1], "error");
        relay(io, 1);
        assertEquals("1:out 2:error ", logged());
        linux.close(stdout[1]);
        relay(io, 1);
        assertTrue(io.isOpen());
        linux.close(stderr[1]);
        relay(io, 1);
        assertFalse(io.isOpen());
        io.close();
    }

    @Test
    void h2_a_full_log_keeps_the_newest_output_and_reports_the_loss_once() throws IOException {
        MonitorIo io = monitor(false, 4);
        write(stdout[1], "1234");
        relay(io, 1);
        assertEquals("1:12 1:34 ", logged());
        for (String more : new String[] {"5", "678"}) {
            write(stdout[1], more);
            relay(io, 1);
        }
        assertEquals("3: 1:5 1:6 1:78 ", logged());
        io.close();
    }

    @Test
    void h1_output_that_a_client_still_reads_is_not_removed_and_the_command_waits() throws IOException {
        MonitorIo io = monitor(false, 4);
        linux.makeNode(-100, folder.resolve("readers").toString(), 0010600, 0);
        ContainerFolder container = new ContainerFolder(folder);
        try (LogHold hold = new LogHold(linux, container.log(), container.readers())) {
            hold.begin(true);
            write(stdout[1], "1234567");
            relay(io, 2);
            assertTrue(io.isHeld());
            assertEquals("1:12 1:34 ", logged());
            write(readers[1], "\n");
            relay(io, 2);
            assertEquals("1:12 1:34 ", logged(), "nobody has gone on");
            hold.move(1);
            write(readers[1], "\n");
            relay(io, 2);
            assertEquals("3: 1:34 1:56 ", logged(), "the first is not held any more, the second is");
            linux.close(stdout[1]);
            linux.close(stderr[1]);
            relay(io, 2);
            assertTrue(io.isOpen(), "it waits with its last byte");
            write(control[1], MonitorIo.DROP + "\n");
            relay(io, 3);
            assertEquals("3: 1:56 1:7 ", logged());
            assertFalse(io.isOpen());
        }
        io.close();
    }

    @Test
    void without_open_input_the_command_finds_its_end_at_once() {
        MonitorIo io = monitor(false, 5);
        assertEquals("", readInput(10));
        io.close();
    }

    @Test
    void all_input_before_its_end_is_passed_on() {
        MonitorIo io = monitor(true, 5);
        write(input[1], "first ");
        relay(io, 2);
        write(input[1], "second");
        write(control[1], "resize 10 2");
        relay(io, 2);
        assertEquals("first second", readInput(100));
        write(input[1], " last");
        write(control[1], "0\nnonsense\neof\n");
        relay(io, 3);
        assertEquals(" last", readInput(100));
        assertEquals("", readInput(100));
        io.close();
    }

    @Test
    void a_command_that_reads_nothing_does_not_block_the_others() throws IOException {
        MonitorIo io = monitor(true, 100);
        String much = "x".repeat(60_000);
        for (int i = 0; i < 4; i++) {
            write(input[1], i == 0 ? much : "");
            relay(io, 3);
        }
        write(input[1], much.substring(0, 30_000));
        relay(io, 5);
        write(stdout[1], "still here");
        relay(io, 2);
        assertEquals("1:still here ", logged());
        io.close();
    }
}
