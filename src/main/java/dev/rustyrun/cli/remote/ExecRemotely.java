package dev.rustyrun.cli.remote;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.client.AttachedExec;
import dev.rustyrun.client.Server;
import dev.rustyrun.engine.Attachment;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.request.ExecOptions;
import dev.rustyrun.request.ExecRequest;
import dev.rustyrun.request.RequestJson;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code exec}: runs a command in a running container of a server. */
@Command(
        name = "exec",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        customSynopsis = {"rustyrun --host URL exec [OPTIONS] ID CMD [ARGS...]"},
        description =
                "Run a command in a container and exit with its status. The command is killed if the connection fails.",
        footer = {
            "",
            "Options come before the id.",
            "",
            "Examples:",
            "  rustyrun --host http://127.0.0.1:8080 exec 3f0c4b1f9a7e ps",
            "  rustyrun --host http://127.0.0.1:8080 exec -it 3f0c4b1f9a7e sh"
        })
final class ExecRemotely implements RemoteCommand {

    @Parameters(index = "0", paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Parameters(index = "1..*", paramLabel = "CMD [ARGS...]", arity = "1..*", description = "The command.")
    private List<String> words = List.of();

    @Mixin
    private ExecOptions options;

    @Override
    public int perform(EngineContext context, Server server) {
        context.takeSignals();
        boolean tty = options.terminal().isGiven();
        ExecRequest request = options.request();
        request.command(words);
        request.resolveVariables();
        if (tty) {
            context.measure(options.terminal());
            Optional.ofNullable(System.getenv("TERM")).ifPresent(request::terminalType);
        }
        boolean input = options.isInteractive();
        ObjectNode body = RequestJson.write(request, options.terminal());
        return context.end(new Attachment(context, new AttachedExec(server, id, body, input), tty, input).relay());
    }
}
