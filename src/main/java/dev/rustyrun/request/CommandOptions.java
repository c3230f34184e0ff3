package dev.rustyrun.request;

import dev.rustyrun.spec.InvalidSpecException;
import dev.rustyrun.spec.Spec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options of a launch that docker and podman have too, with the meaning that they have there. */
public final class CommandOptions {

    @Option(names = "--rm", description = "Delete the container when it ends, which is what happens anyway.")
    private boolean remove;

    @Option(
            names = {"-i", "--interactive"},
            description = "Let the command read standard input, which it may anyway.")
    private boolean interactive;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but the command's output, which is what happens anyway.")
    private boolean quiet;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            description = "An environment variable; without a value, the caller's; repeatable.")
    private List<String> env = List.of();

    @Option(
            names = "--env-file",
            paramLabel = "FILE",
            description = "A file of such variables, one on a line; # begins a comment; repeatable.")
    private List<String> envFiles = List.of();

    @Option(names = "--entrypoint", paramLabel = "CMD", description = "A program to put before the command's words.")
    private String entrypoint;

    @Option(
            names = {"-l", "--label"},
            paramLabel = "NAME[=VALUE]",
            description = "A word to find it by; repeatable.")
    private List<String> labels = List.of();

    /** Whether it was said that the container is to be deleted at its end. */
    public boolean removes() {
        return remove;
    }

    /** Whether it was said that the command's input is to stay open. */
    public boolean isInteractive() {
        return interactive;
    }

    /** The words of the command, with the entry point before them. */
    public List<String> words(List<String> words) {
        if (entrypoint == null || entrypoint.isEmpty()) {
            return words;
        }
        List<String> all = new ArrayList<>(List.of(entrypoint));
        all.addAll(words);
        return all;
    }

    /**
     * The variables, those of files first.
     *
     * @throws InvalidSpecException when one has no name, or a file cannot be read
     */
    public Variables variables() {
        Variables variables = Variables.ofThisProcess();
        envFiles.forEach(variables::addFile);
        return variables.add(env);
    }

    /**
     * The labels' values by their names.
     *
     * @throws InvalidSpecException when one has no name, or one that is Rustyrun's own
     */
    public Map<String, String> labels() {
        Map<String, String> all = new LinkedHashMap<>();
        for (String label : labels) {
            String[] pair = label.split("=", 2);
            if (pair[0].isEmpty() || pair[0].startsWith(Spec.OWN_ANNOTATIONS)) {
                throw new InvalidSpecException("--label \"" + label + "\" is not NAME=VALUE, with a NAME that does not"
                        + " begin with " + Spec.OWN_ANNOTATIONS);
            }
            all.put(pair[0], pair.length > 1 ? pair[1] : "");
        }
        return all;
    }
}
