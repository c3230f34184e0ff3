package dev.rustyrun.request;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/**
 * Command-line options that exist for docker and podman compatibility, with the same meaning. HTTP does not have them.
 */
public final class FamiliarOptions {

    /** The heading of these options in the help. */
    public static final String HEADING = "As in docker and podman";

    @InBundle(works = true)
    @Option(names = "--rm", description = "Delete the container when it ends; this is the default.")
    private boolean remove;

    @InBundle(works = true)
    @Option(
            names = {"-q", "--quiet"},
            description = "Print only the command's output; this is the default.")
    private boolean quiet;

    @InBundle(field = "process.env")
    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "Read environment variables from FILE, one on a line; # begins a comment; repeatable.")
    private List<String> envFiles = List.of();

    private Optional<List<Variable>> resolved = Optional.empty();

    /** Whether {@code --rm} was given. */
    public boolean removes() {
        return remove;
    }

    /**
     * Completes {@code request} with these options and this process's environment: variables of files come before the
     * others, and a variable without a value has the caller's.
     *
     * @param words the command to use if the request has none
     * @throws InvalidSpecException when a variable has no name, or a file cannot be read
     */
    public void complete(LaunchRequest request, List<String> words) {
        request.commandIfNone(words);
        completeVariables(request);
    }

    /**
     * Replaces all variables by {@code completed}, which have their values already: another process may have resolved
     * them.
     */
    public void useResolved(List<String> completed) {
        resolved = Optional.of(completed.stream().map(Variable::of).toList());
    }

    /** Completes only the environment variables of {@code request}. */
    public void completeVariables(LaunchRequest request) {
        if (resolved.isPresent()) {
            request.env(resolved.get());
            return;
        }
        Variables variables = Variables.ofThisProcess();
        envFiles.forEach(variables::addFile);
        request.env(variables.add(request.env()).list());
    }
}
