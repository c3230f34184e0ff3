package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The file in which engines look for the reason of a failure, in the form in which runc writes it. */
final class ErrorLog {

    private final String file;
    private final boolean json;

    /** @param file its path; empty for none */
    ErrorLog(String file, boolean json) {
        this.file = file;
        this.json = json;
    }

    /** Appends an error. One that cannot be written is lost: it is on stderr too. */
    void error(String message) {
        if (file.isEmpty()) {
            return;
        }
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        try {
            Files.write(Path.of(file), ((json ? json(message, time) : text(message, time)) + "\n")
                    .getBytes(StandardCharsets.UTF_8), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            System.err.println("rustyrun: warning: --log " + file + " cannot be written: " + e);
        }
    }

    private static String json(String message, String time) {
        return JsonNodeFactory.instance.objectNode().put("level", "error").put("msg", message).put("time", time).toString();
    }

    private static String text(String message, String time) {
        return "time=\"" + time + "\" level=error msg=" + JsonNodeFactory.instance.textNode(message);
    }
}
