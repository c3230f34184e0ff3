package dev.rustyrun.cli.common;

import dev.rustyrun.engine.ContainerFilter;
import dev.rustyrun.engine.Engine;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code delete}: deletes stopped containers. */
@Command(
        name = "delete",
        aliases = "rm",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        description = "Delete stopped containers with their resources and logs.")
public final class DeleteCommand implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1..*", description = "The containers' ids.")
    private List<String> ids;

    @Option(
            names = {"-f", "--force"},
            description = "Kill running containers first; ignore ids that do not exist.")
    private boolean force;

    @Option(
            names = {"-v", "--volumes"},
            description = "Delete the volumes of their images too; this is the default.")
    private boolean volumes;

    @Option(
            names = "--regex",
            description = "Treat the ids as regular expressions: delete every container whose id matches one.")
    private boolean regex;

    @Override
    public int perform(EngineContext context) {
        Engine engine = context.engine();
        return context.each(regex ? matching(engine) : ids, id -> engine.delete(id, force));
    }

    private List<String> matching(Engine engine) {
        List<Pattern> patterns = ids.stream().map(DeleteCommand::pattern).toList();
        return engine.list(ContainerFilter.NONE).stream()
                .map(container -> container.path("id").asText())
                .filter(id -> patterns.stream()
                        .anyMatch(pattern -> pattern.matcher(id).find()))
                .toList();
    }

    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new InvalidSpecException(
                    "--regex: \"" + text + "\" is not a regular expression: " + e.getDescription());
        }
    }
}
