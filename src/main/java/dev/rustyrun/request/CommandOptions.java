package dev.rustyrun.request;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The words of a command line that docker and podman have too, with the meaning that they have there, and HTTP has not. */
public final class CommandOptions {

    /** Over its options in the help. */
    public static final String HEADING = "As in docker and podman";

    @Option(names = "--rm", description = "Delete the container when it ends; this is the default.")
    private boolean remove;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print only the command's output; this is the default.")
    private boolean quiet;

    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "Read environment variables from FILE, one on a line; # begins a comment; repeatable.")
    private List<String> envFiles = List.of();

    private Optional<List<Variable>> settled = Optional.empty();

    /** Whether it was said that the container is to be deleted at its end. */
    public boolean removes() {
        return remove;
    }

    /**
     * Completes {@code request} by what was said here, and by what its words mean in this process: the variables of files come
     * before the others, and those without a value have the caller's.
     *
     * @param words its command, when it has none
     * @throws InvalidSpecException when a variable has no name, or a file cannot be read
     */
    public void complete(LaunchRequest request, List<String> words) {
        request.commandIfNone(words);
        completeVariables(request);
    }

    /** Has the variables that these words give in the place of all others: they were completed before, maybe by somebody else. */
    public void settle(List<String> completed) {
        settled = Optional.of(completed.stream().map(Variable::of).toList());
    }

    /** Completes only the variables of {@code request}. */
    public void completeVariables(LaunchRequest request) {
        if (settled.isPresent()) {
            request.env(settled.get());
            return;
        }
        Variables variables = Variables.ofThisProcess();
        envFiles.forEach(variables::addFile);
        request.env(variables.add(request.env()).list());
    }
}
