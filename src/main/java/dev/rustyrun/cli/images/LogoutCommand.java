package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code logout}: removes the credentials for a registry. */
@Command(
        name = "logout",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Log out of a registry: remove its stored credentials.")
public final class LogoutCommand implements EngineContext.Command {

    @Parameters(
            paramLabel = "REGISTRY",
            arity = "0..1",
            defaultValue = "docker.io",
            description = "The registry's host (default: ${DEFAULT-VALUE}).")
    private String registry;

    @Mixin
    private RegistryArguments arguments;

    @Override
    public int perform(EngineContext context) {
        context.images().logout(registry, arguments.with(""));
        return 0;
    }
}
