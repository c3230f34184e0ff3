package dev.rustyrun.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.rustyrun.container.ContainerLayers;
import dev.rustyrun.container.files.HostFiles;
import dev.rustyrun.image.ImageStore;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.linux.SignalNames;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.stage.SelfExec;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a command about containers works with, wherever they are.
 *
 * @param messages where it is told what went wrong
 * @param args the words of the whole command line
 */
public record EngineContext(Linux linux, SelfExec self, Engine engine, PrintStream messages, List<String> args) {

    /** The exit status when Rustyrun itself failed; podman and {@code docker run} have the same. */
    public static final int FAILED = 125;
    /** The same of the commands that runc has, in which engines and scripts expect what runc does. */
    public static final int RUNC_FAILED = 1;

    /** A command that works with any engine. */
    public interface Command {

        /**
         * Performs it; what to exit with.
         *
         * @throws dev.rustyrun.spec.InvalidSpecException when something asked for cannot be
         */
        int perform(EngineContext context);
    }

    /** The names of signals. */
    public static List<String> signals() {
        return SignalNames.all();
    }

    /**
     * Has signals wait to be read from a descriptor, as a launch on this machine does it: they go on to the command. Call
     * it before anything else is done, for a JVM may start itself again.
     */
    public void takeSignals() {
        self.becomeStageReady(linux, args);
    }

    /** The files of this machine. */
    HostFiles hostFiles() {
        return new HostFiles(linux);
    }

    /** The images of this machine's user. */
    public LocalImages images() {
        return new LocalImages(ImageStore.open(linux).with(new ContainerLayers(linux, self)));
    }

    /** The images of this machine's user, or of the server. */
    public Images anyImages() {
        return engine.images().orElseGet(this::images);
    }

    /** The path of an archive that the user names: empty for standard input. */
    public String archive(String path) {
        return path.equals("-") || path.equals("/dev/stdin") ? "" : path;
    }

    /** Whether stdout is a terminal. */
    public boolean printsToTerminal() {
        return linux.isTerminal(1);
    }

    /** Becomes {@code program}, with the environment of this process; {@code words} are its arguments, its name first. */
    public void become(String program, List<String> words) {
        List<String> environment = new ArrayList<>();
        System.getenv().forEach((name, value) -> environment.add(name + "=" + value));
        linux.execute(program, words, environment);
    }

    /** Stdout, for bytes. */
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

    /** Prints on stdout. */
    public void print(String text) {
        print(1, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes to a descriptor. */
    public void print(int descriptor, byte[] bytes) {
        linux.writeAll(descriptor, bytes);
    }

    /** Tells the user something, in one line. */
    public void tell(String message) {
        messages.println(Printable.line("rustyrun: " + message));
    }

    /**
     * Performs {@code command}; what to exit with.
     *
     * @param failed what it exits with when Rustyrun fails
     */
    public static int perform(Command command, EngineContext context, int failed) {
        int code = command.perform(context);
        return code == FAILED ? failed : code;
    }

    /** Does {@code work} for each of {@code ids}, and tells for which it cannot be done; what to exit with. */
    public int each(List<String> ids, Consumer<String> work) {
        return each(ids, work, this::tell);
    }

    /**
     * The same.
     *
     * @param failed is given the line that says why it cannot be done for one
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

    /** How a container ended: what there is to tell is told; what to exit with. */
    public int end(JsonNode result) {
        String message = result.path("message").asText(result.has("exitCode") ? "" : "its exit status is unknown");
        if (!message.isEmpty()) {
            tell(message);
        }
        return result.path("exitCode").asInt(FAILED);
    }
}
