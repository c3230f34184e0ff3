package dev.rustyrun.cli.remote;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.client.AttachedExec;
import dev.rustyrun.client.Server;
import dev.rustyrun.engine.Attachment;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.request.Variables;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code exec}: runs a further command in a container of a server. */
@Command(
        name = "exec",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description =
                "Runs a further command in a container, and exits as it does. It is killed when the connection breaks.",
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

    @Option(
            names = {"-i", "--stdin"},
            description = "Send it this command's input.")
    private boolean stdin;

    @Option(
            names = {"-t", "--tty"},
            description = "Give it a terminal.")
    private boolean tty;

    @Option(
            names = {"-e", "--env"},
            paramLabel = "NAME[=VALUE]",
            description = "An environment variable; without a value, the caller's; repeatable.")
    private List<String> env = List.of();

    @Option(
            names = {"-u", "--user"},
            paramLabel = "UID[:GID]",
            description = "Who runs it (default: the container's user).")
    private Optional<String> user = Optional.empty();

    @Option(
            names = {"-w", "--cwd", "--workdir"},
            paramLabel = "DIR",
            description = "Its working directory.")
    private Optional<String> workdir = Optional.empty();

    @Override
    public int perform(EngineContext context, Server server) {
        context.takeSignals();
        ObjectNode request = JsonNodeFactory.instance.objectNode().put("tty", tty);
        words.forEach(request.putArray("command")::add);
        request.set("env", LaunchOptions.environment(Variables.ofThisProcess().add(env), tty));
        user.ifPresent(text -> request.put("user", text));
        workdir.ifPresent(text -> request.put("workdir", text));
        if (tty) {
            Attachment.addSize(context.linux(), request);
        }
        return context.end(new Attachment(context, new AttachedExec(server, id, request, stdin), tty, stdin).relay());
    }
}
