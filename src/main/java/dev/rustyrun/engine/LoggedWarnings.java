package dev.rustyrun.engine;

import dev.rustyrun.spec.MessageLine;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Appends each written line to the log as a warning. */
final class LoggedWarnings extends OutputStream {

    private final ErrorLog log;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private LoggedWarnings(ErrorLog log) {
        this.log = log;
    }

    static PrintStream to(ErrorLog log) {
        return new PrintStream(new LoggedWarnings(log), true, StandardCharsets.UTF_8);
    }

    @Override
    public void write(int b) {
        if (b != '\n') {
            line.write(b);
            return;
        }
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        log.warning(text.startsWith(MessageLine.WARNING) ? text.substring(MessageLine.WARNING.length()) : text);
    }
}
