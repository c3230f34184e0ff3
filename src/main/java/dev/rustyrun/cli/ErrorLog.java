package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The file in which engines look for the reason of a failure, in the form in which runc writes it; and what happens, in the
 * same form, for who debugs.
 */
final class ErrorLog {

    private final String file;
    private final boolean json;
    private final boolean debugging;

    /**
     * @param file its path; empty for none
     * @param debugging whether it is told what happens too, on stderr when there is no file
     */
    ErrorLog(String file, boolean json, boolean debugging) {
        this.file = file;
        this.json = json;
        this.debugging = debugging;
    }

    /** Makes the file: who watches it need not wait for an error. */
    void open() {
        if (!file.isEmpty()) {
            append(new byte[0]);
        }
    }

    /** Whether {@link #debug} tells anything, so that what it is to tell is worth finding out. */
    boolean isDebugging() {
        return debugging;
    }

    /** Appends an error. One that cannot be written is lost: it is on stderr too. */
    void error(String message) {
        if (!file.isEmpty()) {
            append(line("error", message));
        }
    }

    /** Tells what happens, if somebody debugs. */
    void debug(String message) {
        if (debugging && file.isEmpty()) {
            System.err.writeBytes(line("debug", message));
        } else if (debugging) {
            append(line("debug", message));
        }
    }

    /** Tells of a step of a launch. */
    void step(String stage, int micros, String step) {
        debug(stage + ": " + step + " (" + micros + " µs)");
    }

    private void append(byte[] line) {
        try (FileOutputStream out = new FileOutputStream(file, true)) {
            out.write(line);
        } catch (IOException e) {
            System.err.println("rustyrun: warning: --log " + file + " cannot be written: " + e);
        }
    }

    private byte[] line(String level, String message) {
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
