package dev.rustyrun.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.cli.common.CommandWords;
import dev.rustyrun.client.ClientException;
import dev.rustyrun.client.RemoteEngine;
import dev.rustyrun.client.Server;
import dev.rustyrun.engine.AttachedContainer;
import dev.rustyrun.engine.Attachment;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.linux.Linux;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run}: runs a command in a new container of a server and exits as it does. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        description =
                "Runs a command in a new container of a server and exits as it does. The container is deleted then.",
        footer = {
            "",
            "Exit status: the command's; 128 + N when signal N ended it; 127 when it does not exist,",
            "126 when it cannot be executed, 125 when the server, or the way to it, failed.",
            "",
            "Examples:",
            "  rustyrun --host http://127.0.0.1:8080 run --rootfs busybox -t --command /bin/sh",
            "  tar c . | rustyrun --host unix:///run/rustyrun.sock run --rootfs busybox --command /bin/tar t",
            "  rustyrun --host http://127.0.0.1:8080 run --rootfs busybox --detach --label job=17 sleep 60"
        })
final class RunRemotely implements RemoteCommand {

    @Mixin
    private LaunchOptions options;

    @Option(
            names = {"-t", "--tty"},
            negatable = true,
            defaultValue = Option.NULL_VALUE,
            fallbackValue = "true",
            description = "Give the command a terminal, or not (default: when stdin is one).")
    private Boolean tty;

    @Option(
            names = {"-d", "--detach"},
            description = "Print its id and do not wait for its end; it is not deleted then.")
    private boolean detach;

    @Option(names = "--result", paramLabel = "FILE", description = "Write how it ended to FILE, as JSON.")
    private Optional<Path> result = Optional.empty();

    @Option(
            names = "--command",
            paramLabel = "CMD [ARGS...]",
            arity = "1",
            preprocessor = CommandWords.class,
            description = "The command; all words after it are its arguments. Last option.")
    private List<String> command = List.of();

    @Parameters(paramLabel = "CMD [ARGS...]", arity = "0..*", description = "The command, instead of --command.")
    private List<String> words = List.of();

    @Override
    public int perform(EngineContext context, Server server) {
        Linux linux = context.linux();
        List<String> argv = command.isEmpty() ? words : command;
        if (options.common().words(argv).isEmpty()) {
            throw new ClientException("what to run is missing: --command CMD [ARGS...]");
        }
        if (detach && options.common().removes()) {
            throw new ClientException("--rm and --detach: a server keeps what is detached; delete it when it has ended,"
                    + " by rustyrun --host ADDRESS delete ID");
        }
        if (!detach) {
            context.takeSignals();
        }
        boolean terminal = tty != null ? tty : !detach && linux.isTerminal(0);
        ObjectNode request = options.request(argv, terminal)
                .put("tty", terminal)
                .put("openStdin", !detach)
                .put("start", detach);
        if (terminal) {
            Attachment.addSize(linux, request);
        }
        String id = server.post(RemoteEngine.CONTAINERS, request).path("id").asText();
        if (detach) {
            context.print(id + "\n");
            return 0;
        }
        return attach(context, id, terminal);
    }

    private int attach(EngineContext context, String id, boolean terminal) {
        JsonNode ended =
                new Attachment(context, new AttachedContainer(context.engine(), id, true), terminal, true).relay();
        context.engine().delete(id, true);
        result.ifPresent(file -> write(file, ended));
        return context.end(ended);
    }

    private static void write(Path file, JsonNode ended) {
        try {
            Files.writeString(file, ended + "\n");
        } catch (IOException e) {
            throw new ClientException("--result " + file + " cannot be written: " + e.getMessage(), e);
        }
    }
}
