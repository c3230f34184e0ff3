package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.container.OwnProcess;
import dev.rustyrun.container.StoreProcess;
import dev.rustyrun.container.supervised.Monitor;
import dev.rustyrun.engine.service.RequestedLaunch;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.stage.SelfExec;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ParameterException;

/**
 * The monitor process of a detached container. Its creator has written the launch to the container's directory: the
 * command line wrote its arguments, a service the request.
 */
public final class MonitorMain {

    private static final String WORDS = "words";
    private static final String DIRECTORY = "directory";
    private static final String VARIABLES = "variables";
    private static final String IMAGE = "image";

    private MonitorMain() {}

    /** Monitors the container of {@code folder}; returns the exit status. */
    public static int perform(Linux linux, SelfExec self, String folder) {
        return new Monitor(
                        linux,
                        self,
                        (resolved, terminal) -> resolved.has(WORDS)
                                ? read(linux, self, resolved)
                                : RequestedLaunch.read(resolved, terminal),
                        folder)
                .perform();
    }

    /** Runs {@link StoreProcess}; returns the exit status. */
    public static int store(Linux linux, String argument) {
        return StoreProcess.perform(linux, argument);
    }

    /** Writes the launch for {@link #read}: the arguments, the working directory, and the resolved values. */
    static void write(ObjectNode resolved, List<String> words, String directory, LocalSpec.Resolved values) {
        values.variables().forEach(resolved.putArray(VARIABLES)::add);
        resolved.put(IMAGE, values.image());
        words.forEach(resolved.putArray(WORDS)::add);
        resolved.put(DIRECTORY, directory);
    }

    private static Monitor.Launched read(Linux linux, SelfExec self, ObjectNode resolved) {
        List<String> words = new ArrayList<>();
        resolved.path(WORDS).forEach(word -> words.add(word.asText()));
        try {
            List<String> variables = new ArrayList<>();
            resolved.path(VARIABLES).forEach(word -> variables.add(word.asText()));
            return CommandLineMain.detached(
                    new OwnProcess(linux, self),
                    words,
                    resolved.path(DIRECTORY).asText(),
                    new LocalSpec.Resolved(resolved.path(IMAGE).asText(), variables));
        } catch (ParameterException e) {
            throw new InvalidSpecException(e.getMessage());
        }
    }
}
