package dev.rustyrun.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.CommandProcess;
import dev.rustyrun.engine.service.RequestedLaunch;
import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.SupervisedLaunch;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.ParameterException;

/**
 * The launch of a detached container as its creator has written it to the container's directory, for its monitor
 * process: the command line writes its arguments, a service the request.
 */
public final class MonitoredLaunch {

    private static final String WORDS = "words";
    private static final String DIRECTORY = "directory";
    private static final String VARIABLES = "variables";
    private static final String IMAGE = "image";

    private final CommandProcess process;

    /** @param process the monitor process */
    public MonitoredLaunch(CommandProcess process) {
        this.process = process;
    }

    /**
     * The launch that {@code resolved} describes.
     *
     * @param terminal whether the container has a terminal
     * @throws InvalidSpecException when it is invalid
     */
    public SupervisedLaunch read(ObjectNode resolved, boolean terminal) {
        return resolved.has(WORDS) ? read(resolved) : RequestedLaunch.read(resolved, terminal);
    }

    /** Writes the launch for {@link #read}: the arguments, the working directory, and the resolved values. */
    static void write(ObjectNode resolved, List<String> words, String directory, LocalSpec.Resolved values) {
        values.variables().forEach(resolved.putArray(VARIABLES)::add);
        resolved.put(IMAGE, values.image());
        words.forEach(resolved.putArray(WORDS)::add);
        resolved.put(DIRECTORY, directory);
    }

    private SupervisedLaunch read(ObjectNode resolved) {
        List<String> words = new ArrayList<>();
        resolved.path(WORDS).forEach(word -> words.add(word.asText()));
        try {
            List<String> variables = new ArrayList<>();
            resolved.path(VARIABLES).forEach(word -> variables.add(word.asText()));
            return CommandLineMain.detached(
                    process,
                    words,
                    resolved.path(DIRECTORY).asText(),
                    new LocalSpec.Resolved(resolved.path(IMAGE).asText(), variables));
        } catch (ParameterException e) {
            throw new InvalidSpecException(e.getMessage());
        }
    }
}
