package dev.rustyrun.cli;

import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.engine.LocalEngine;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code rustyrun delete}: deletes a container that has stopped. */
@Command(
        name = "delete",
        aliases = "rm",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Deletes containers that have stopped, what was made for them, and their logs.")
final class DeleteCommand implements ContainerCommand {

    @Parameters(paramLabel = "ID", arity = "1..*", description = "Their ids.")
    private List<String> ids;

    @Option(
            names = {"-f", "--force"},
            description = "Kill one that has not stopped; one that is not there is no error.")
    private boolean force;

    @Option(
            names = "--regex",
            description = "The ids are regular expressions: delete every container whose id has a match.")
    private boolean regex;

    @Override
    public int perform(CommandContext context) {
        LocalEngine engine = context.engine();
        return EngineContext.each(regex ? matching(engine) : ids, id -> engine.delete(id, force), context::error);
    }

    private List<String> matching(LocalEngine engine) {
        List<Pattern> patterns = ids.stream().map(DeleteCommand::pattern).toList();
        return engine.reports().stream()
                .map(report -> report.state().id())
                .filter(id -> patterns.stream()
                        .anyMatch(pattern -> pattern.matcher(id).find()))
                .toList();
    }

    private static Pattern pattern(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new InvalidSpecException("--regex: \"" + text + "\" is no regular expression: " + e.getDescription());
        }
    }
}
