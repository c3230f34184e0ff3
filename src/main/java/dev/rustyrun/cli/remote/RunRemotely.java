package dev.rustyrun.cli.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.client.ClientException;
import dev.rustyrun.client.RemoteEngine;
import dev.rustyrun.client.Server;
import dev.rustyrun.engine.AttachedContainer;
import dev.rustyrun.engine.Attachment;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.request.ContainerRequest;
import dev.rustyrun.request.FamiliarOptions;
import dev.rustyrun.request.LaunchRequest;
import dev.rustyrun.request.RequestJson;
import dev.rustyrun.request.Volume;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code run}: runs a command in a new container of a server and exits with its status. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeOnInvalidInput = 125,
        customSynopsis = {
            "rustyrun --host URL run [OPTIONS] IMAGE [CMD...]",
            "       rustyrun --host URL run [OPTIONS] --rootfs NAME CMD..."
        },
        description = "Run a command in a new container on a server, exit with its status and delete the container.",
        footer = {
            "",
            "Exit status: the command's; 128 + N when signal N ended it; 127 when it does not exist,",
            "126 when it cannot be executed, 125 when the server or the connection failed.",
            "",
            "Examples:",
            "  rustyrun --host http://127.0.0.1:8080 run alpine ls /",
            "  rustyrun --host http://127.0.0.1:8080 run -t --rootfs busybox sh",
            "  tar c . | rustyrun --host unix:///run/rustyrun.sock run --rootfs busybox tar t",
            "  rustyrun --host http://127.0.0.1:8080 run -d --label job=17 alpine sleep 60"
        })
final class RunRemotely implements RemoteCommand {

    @Mixin
    private LaunchRequest request;

    @Mixin
    private ContainerRequest container;

    @Mixin
    private FamiliarOptions options;

    @Option(
            names = {"-d", "--detach"},
            description = "Print the container's id, do not wait for its end and do not delete it.")
    private boolean detach;

    @Option(names = "--result", paramLabel = "FILE", description = "Write the result to FILE, as JSON.")
    private Optional<Path> result = Optional.empty();

    @Parameters(
            paramLabel = "CMD [ARGS...]",
            arity = "0..*",
            description = "An image of the server and its command; with --rootfs the command, instead of --command.")
    private List<String> words = List.of();

    @Override
    public int perform(EngineContext context, Server server) {
        boolean image = request.rootfs().isEmpty() && request.command().isEmpty() && !words.isEmpty();
        if (image) {
            request.image(words.get(0));
        }
        options.complete(request, image ? words.subList(1, words.size()) : words);
        if (!image && (request.rootfs().isEmpty() || request.command().isEmpty())) {
            throw new ClientException("nothing to run: pass an image, or --rootfs NAME and a command");
        }
        if (detach && options.removes()) {
            throw new ClientException(
                    "--rm and --detach cannot be used together with a server: delete the container after its end"
                            + " with rustyrun --host ADDRESS delete ID");
        }
        if (!detach) {
            context.takeSignals();
        }
        request.mounts().forEach(RunRemotely::check);
        boolean terminal = container.terminal().orElseGet(() -> !detach && context.readsTerminal());
        container.begin(terminal, !detach, detach);
        if (terminal) {
            context.measure(container);
            Optional.ofNullable(System.getenv("TERM")).ifPresent(request::terminalType);
        }
        ObjectNode body = RequestJson.write(request, container);
        String id = server.post(RemoteEngine.CONTAINERS, body).path("id").asText();
        if (detach) {
            context.print(id + "\n");
            return 0;
        }
        return attach(context, id, terminal);
    }

    private static void check(Volume volume) {
        String text = "--volume \"" + volume.source() + ":" + volume.target() + "\"";
        if (volume.source().contains("/")) {
            throw new ClientException(
                    text + ": a server mounts only directories that are configured by name; info lists" + " them");
        }
        if (!volume.options().isEmpty() && !volume.options().equals(List.of("ro"))) {
            throw new ClientException(text + " has options: a server accepts only ro");
        }
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
