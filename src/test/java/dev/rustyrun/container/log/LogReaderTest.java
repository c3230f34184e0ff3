package dev.rustyrun.container.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.rustyrun.spec.LogFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reads a log while it is written. */
class LogReaderTest {

    @TempDir
    Path folder;

    private Path log;

    @BeforeEach
    void name() {
        log = folder.resolve("log");
    }

    private static byte[] frame(long micros, int stream, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(LogWriter.HEADER + bytes.length)
                .putLong(micros)
                .put((byte) stream)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private void append(byte[] bytes) throws IOException {
        Files.write(log, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static String rest(LogReader reader) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Optional<LogFrame> frame = reader.next(); frame.isPresent(); frame = reader.next()) {
            text.append(new String(frame.get().bytes(), StandardCharsets.UTF_8));
        }
        return text.toString();
    }

    @Test
    void a_reader_waits_for_a_log_that_does_not_exist_yet() throws IOException {
        try (LogReader reader = new LogReader(log)) {
            assertEquals(Optional.empty(), reader.next());
            append(frame(7, 2, "text"));
            LogFrame frame = reader.next().orElseThrow();
            assertEquals(
                    "7 2 text",
                    frame.micros() + " " + frame.stream() + " " + new String(frame.bytes(), StandardCharsets.UTF_8));
            assertEquals(Optional.empty(), reader.next());
        }
    }

    @Test
    void a_frame_is_read_only_when_it_is_complete() throws IOException {
        byte[] frame = frame(1, 1, "whole");
        try (LogReader reader = new LogReader(log)) {
            for (int cut = 0; cut < frame.length - 1; cut++) {
                append(Arrays.copyOfRange(frame, cut, cut + 1));
                assertTrue(reader.next().isEmpty(), "after " + (cut + 1) + " bytes");
            }
            append(Arrays.copyOfRange(frame, frame.length - 1, frame.length));
            assertEquals("whole", rest(reader));
        }
    }

    @Test
    void the_last_lines_are_found_from_the_end() throws IOException {
        append(frame(1, 1, "a\nb\n"));
        append(frame(2, 1, "c\n"));
        append(frame(3, 1, "d"));
        String[][] tails = {
            {"-1", "a\nb\nc\nd"},
            {"9", "a\nb\nc\nd"},
            {"4", "a\nb\nc\nd"},
            {"3", "b\nc\nd"},
            {"2", "c\nd"},
            {"1", "d"},
            {"0", ""}
        };
        for (String[] tail : tails) {
            assertEquals(tail[1], tail(tail[0]), tail[0] + " lines");
        }
        append(frame(4, 2, "\n"));
        append(frame(5, LogFrame.TRUNCATED, ""));
        assertEquals("d\n", tail("1"));
        assertEquals("b\nc\nd\n", tail("3"));
        assertEquals("", tail("0"));
    }

    private String tail(String lines) throws IOException {
        try (LogReader reader = new LogReader(log)) {
            reader.seek(Long.parseLong(lines), 0);
            return rest(reader);
        }
    }

    @Test
    void older_output_is_omitted_and_later_output_is_read() throws IOException {
        append(frame(1_000, 1, "old\n"));
        append(frame(2_000, 1, "new\n"));
        try (LogReader reader = new LogReader(log)) {
            reader.seek(-1, 1_500);
            assertEquals("new\n", rest(reader));
            append(frame(3_000, 1, "newest\n"));
            assertEquals("newest\n", rest(reader));
        }
        try (LogReader reader = new LogReader(log)) {
            reader.seek(-1, 9_000);
            assertEquals("", rest(reader));
        }
    }

    @Test
    void only_followers_read_output_written_after_the_start() throws IOException {
        // The time must not matter, because the clock may have been set back.
        append(frame(9_000_000_000_000_000L, 1, "a\nb\n"));
        try (LogReader reader = new LogReader(log);
                LogReader follower = new LogReader(log);
                LogReader tail = new LogReader(log)) {
            reader.beginSeek(-1, 0, false);
            follower.beginSeek(-1, 0, true);
            tail.beginSeek(1, 0, false);
            append(frame(2_000, 1, "c\n"));
            assertEquals("a\nb\n", rest(reader));
            assertEquals("a\nb\nc\n", rest(follower));
            assertTrue(tail.isFound());
            assertEquals("b\n", rest(tail));
        }
    }
}
