package dev.rustyrun.cli.remote;

import dev.rustyrun.engine.EngineContext;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code update} at a server: changes the hosts that a container may reach. */
@Command(
        name = "update",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = EngineContext.RUNC_FAILED,
        description = "Change which hosts a running container may reach.")
final class UpdateRemotely implements EngineContext.Command {

    @Parameters(paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Option(
            names = "--allow",
            paramLabel = "HOST[:PORT]",
            required = true,
            description = "Replace the allowed hosts; the server must allow this host too; repeatable."
                    + " An empty value allows no host.")
    private List<String> allowed = List.of();

    @Override
    public int perform(EngineContext context) {
        context.engine()
                .allow(id, allowed.stream().filter(host -> !host.isEmpty()).toList());
        return 0;
    }
}
