package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.container.files.HostFiles;
import dev.rustyrun.request.TerminalRequest;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.MessageLine;
import dev.rustyrun.spec.Spec;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The environment of a command that works on local or remote containers.
 *
 * @param messages receives errors and notices
 * @param args the arguments of the whole command line
 */
public record EngineContext(OwnProcess process, Engine engine, PrintStream messages, List<String> args) {

    /** The exit status when Rustyrun itself fails; that of podman and {@code docker run}. */
    public static final int FAILED = 125;
    /** The exit status of failed runc-compatible commands; engines and scripts expect runc's. */
    public static final int RUNC_FAILED = 1;

    /** A command that works with local and remote engines. */
    public interface Command {

        /**
         * Runs the command; returns its exit status.
         *
         * @throws dev.rustyrun.spec.InvalidSpecException when the request cannot be fulfilled
         */
        int perform(EngineContext context);
    }

    /** Whether this process is the native executable. */
    public static boolean isNative() {
        return OwnProcess.isNative();
    }

    /** Whether standard output is a terminal; for a command without an engine. */
    public static boolean isTerminal() {
        return OwnProcess.current().printsToTerminal();
    }

    /**
     * Blocks signals and reads them from a descriptor, so that they can be forwarded to the command. Call it first: a
     * JVM may re-execute itself here.
     */
    public void takeSignals() {
        process.takeSignals(args);
    }

    /** The file operations of this machine. */
    HostFiles hostFiles() {
        return process.files();
    }

    /** The images of this machine's user. */
    public LocalImages images() {
        return new LocalImages(process.images());
    }

    /** The images of this machine's user, or of the server. */
    public Images anyImages() {
        return engine.images().orElseGet(this::images);
    }

    /** The path of an archive; empty for standard input. */
    public String archive(String path) {
        return path.equals("-") || path.equals("/dev/stdin") ? "" : path;
    }

    /** Whether standard output is a terminal. */
    public boolean printsToTerminal() {
        return process.printsToTerminal();
    }

    /** Whether standard input is a terminal. */
    public boolean readsTerminal() {
        return process.readsTerminal();
    }

    /** Adds the size of this process's terminal, if it has one, to {@code request}. */
    public void measure(TerminalRequest request) {
        Spec.ConsoleSize size = process.inputSize();
        if (size.height() > 0 && size.width() > 0) {
            request.size(size.height(), size.width());
        }
    }

    /** Replaces this process by {@code program}, with the same environment; {@code words} are its argv. */
    public void become(String program, List<String> words) {
        process.become(program, words);
    }

    /** Standard output, unbuffered. */
    public OutputStream standardOutput() {
        return new OutputStream() {
            @Override
            public void write(int one) {
                print(1, new byte[] {(byte) one});
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                print(1, Arrays.copyOfRange(bytes, offset, offset + length));
            }
        };
    }

    /** Prints to standard output. */
    public void print(String text) {
        print(1, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Writes to a descriptor.
     *
     * @throws dev.rustyrun.spec.OutputException when it cannot be written
     */
    public void print(int descriptor, byte[] bytes) {
        process.print(descriptor, bytes);
    }

    /** Prints a one-line message for the user. */
    public void report(String message) {
        messages.println(MessageLine.error(message));
    }

    /**
     * Runs {@code command}; returns the exit status.
     *
     * @param failed the exit status when Rustyrun itself fails
     */
    public static int perform(Command command, EngineContext context, int failed) {
        int code = command.perform(context);
        return code == FAILED ? failed : code;
    }

    /** Runs {@code work} for each of {@code ids}, and prints an error for each failure; returns the exit status. */
    public int each(List<String> ids, Consumer<String> work) {
        return each(ids, work, this::report);
    }

    /**
     * Runs {@code work} for each of {@code ids}; returns the exit status.
     *
     * @param failed receives the error message of each failure
     */
    public static int each(List<String> ids, Consumer<String> work, Consumer<String> failed) {
        int code = 0;
        for (String id : ids) {
            try {
                work.accept(id);
            } catch (InvalidSpecException e) {
                failed.accept(e.getMessage());
                code = FAILED;
            }
        }
        return code;
    }

    /** Prints the message of a container's result, if any; returns the exit status. */
    public int end(JsonNode result) {
        String message =
                result.path("message").asText(result.has("exitCode") ? "" : "the container's exit status is unknown");
        if (!message.isEmpty()) {
            report(message);
        }
        return result.path("exitCode").asInt(FAILED);
    }
}
