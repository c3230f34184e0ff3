package dev.rustyrun.cli.common;

import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code list}: prints the containers. */
@Command(
        name = "list",
        aliases = "ls",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        description = "Print the containers.",
        footer = {
            "",
            "Examples:",
            "  rustyrun list --status running --label job=17",
            "  rustyrun list --format '{{.ID}} {{.Status}}'"
        })
public final class ListCommand implements EngineContext.Command {

    @Mixin
    private ListOptions options;

    @Override
    public int perform(EngineContext context) {
        return options.print(context);
    }
}
