package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.UserFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The log file in which engines look for the cause of a failure, in runc's format; also receives debug messages. */
final class ErrorLog {

    private final String file;
    private final boolean json;
    private final boolean debugging;
    private boolean complained;

    /**
     * @param file the path; empty for none
     * @param debugging whether to log debug messages; without a file to stderr
     */
    ErrorLog(String file, boolean json, boolean debugging) {
        this.file = file;
        this.json = json;
        this.debugging = debugging;
    }

    /**
     * Creates the file, so that readers do not have to wait for the first error.
     *
     * @throws InvalidSpecException if the file cannot be written, or is a FIFO without a reader
     */
    void open() {
        if (!file.isEmpty()) {
            try {
                UserFile.toWrite(Linux.host(), file, FileFlag.O_APPEND, 0644).close();
            } catch (LinuxException e) {
                complained = true;
                throw new InvalidSpecException("--log " + file + " cannot be written: " + e.getMessage());
            }
        }
    }

    /** Whether {@link #debug} logs anything, so that callers can avoid formatting messages. */
    boolean isDebugging() {
        return debugging;
    }

    /** Appends an error. A failed write is not an error of the command, because the message is on stderr too. */
    void error(String message) {
        if (!file.isEmpty()) {
            append(line("error", message));
        }
    }

    /** Whether warnings go only to the log. */
    boolean takesWarnings() {
        return !file.isEmpty();
    }

    /** Appends a warning. */
    void warning(String message) {
        append(line("warning", message));
    }

    /** Logs a debug message if debugging is enabled. */
    void debug(String message) {
        if (debugging && file.isEmpty()) {
            System.err.writeBytes(line("debug", message));
        } else if (debugging) {
            append(line("debug", message));
        }
    }

    /** Logs a step of a launch. */
    void step(String stage, int micros, String step) {
        debug(stage + ": " + step + " (" + micros + " µs)");
    }

    private void append(byte[] line) {
        try (OpenFile out = UserFile.toWrite(Linux.host(), file, FileFlag.O_APPEND, 0644)) {
            Linux.host().writeAll(out.descriptor(), line);
        } catch (LinuxException e) {
            if (!complained) {
                complained = true;
                System.err.println(
                        Printable.line("rustyrun: warning: --log " + file + " cannot be written: " + e.getMessage()));
            }
        }
    }

    private byte[] line(String level, String text) {
        String message = Printable.line(text);
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String line = json
                ? JsonNodeFactory.instance
                        .objectNode()
                        .put("level", level)
                        .put("msg", message)
                        .put("time", time)
                        .toString()
                : "time=\"" + time + "\" level=" + level + " msg=" + JsonNodeFactory.instance.textNode(message);
        return (line + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
