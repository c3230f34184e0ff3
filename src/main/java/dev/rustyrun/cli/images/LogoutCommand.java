package dev.rustyrun.cli.images;

import dev.rustyrun.engine.EngineContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code logout}: forgets a login. */
@Command(
        name = "logout",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description = "Forget the login to a registry.")
public final class LogoutCommand implements EngineContext.Command {

    @Parameters(
            paramLabel = "REGISTRY",
            arity = "0..1",
            defaultValue = "docker.io",
            description = "Its host (default: ${DEFAULT-VALUE}).")
    private String registry;

    @Mixin
    private RegistryArguments arguments;

    @Override
    public int perform(EngineContext context) {
        context.images().logout(registry, arguments.with(""));
        return 0;
    }
}
