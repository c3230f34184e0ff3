package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.spec.GivenFile;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.MessageLine;
import dev.rustyrun.spec.PrintedSteps;
import dev.rustyrun.spec.StepLog;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The messages of a command: on standard error, and in the log file in which engines look for the cause of a failure,
 * in runc's format. Receives debug messages too.
 */
public final class ErrorLog {

    private static final String OPTION = "--log";

    private final PrintStream messages;
    private final String file;
    private final boolean json;
    private final boolean debugging;
    private boolean complained;

    /**
     * @param messages this process's standard error
     * @param file the path; empty for none
     * @param debugging whether to log debug messages; without a file to stderr
     */
    public ErrorLog(PrintStream messages, String file, boolean json, boolean debugging) {
        this.messages = messages;
        this.file = file;
        this.json = json;
        this.debugging = debugging;
        if (debugging) {
            OwnProcess.recordStackTraces();
        }
    }

    /**
     * Creates the file, so that readers do not have to wait for the first error.
     *
     * @throws InvalidSpecException if the file cannot be written, or is a FIFO without a reader
     */
    public void open() {
        if (!file.isEmpty()) {
            complained = true;
            GivenFile.append(OPTION, file, "");
            complained = false;
        }
    }

    /** Whether {@link #debug} logs anything, so that callers can avoid formatting messages. */
    public boolean isDebugging() {
        return debugging;
    }

    /**
     * Prints an error in one line, and appends it to the file. The command does not fail when the file cannot be
     * written.
     */
    public void error(String message) {
        messages.println(MessageLine.error(message));
        if (!file.isEmpty()) {
            append(line("error", message));
        }
    }

    /**
     * Receives warnings. If an engine has given a file, they go only there: the engine's users see standard error as
     * the container's output.
     */
    public PrintStream warnings() {
        return file.isEmpty() ? messages : LoggedWarnings.to(this);
    }

    /** Appends a warning. */
    void warning(String message) {
        append(line("warning", message));
    }

    /** Logs a debug message if debugging is enabled. */
    public void debug(String message) {
        if (debugging && file.isEmpty()) {
            System.err.writeBytes(line("debug", message).getBytes(StandardCharsets.UTF_8));
        } else if (debugging) {
            append(line("debug", message));
        }
    }

    /** Receives the steps of a traced launch: this log while it is debugging, else standard error. */
    public StepLog steps() {
        return debugging ? this::step : new PrintedSteps(messages);
    }

    private void step(String stage, int micros, String step) {
        debug(stage + ": " + step + " (" + micros + " µs)");
    }

    private void append(String line) {
        try {
            GivenFile.append(OPTION, file, line);
        } catch (InvalidSpecException e) {
            if (!complained) {
                complained = true;
                System.err.println(MessageLine.warning(e.getMessage()));
            }
        }
    }

    private String line(String level, String text) {
        String message = MessageLine.logged(text);
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        String line = json
                ? JsonNodeFactory.instance
                        .objectNode()
                        .put("level", level)
                        .put("msg", message)
                        .put("time", time)
                        .toString()
                : "time=\"" + time + "\" level=" + level + " msg=" + JsonNodeFactory.instance.textNode(message);
        return line + "\n";
    }
}
