package dev.rustyrun.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code exec}: runs a further command in a container of a server. */
@Command(name = "exec", mixinStandardHelpOptions = true, sortOptions = false, exitCodeOnInvalidInput = 125,
        description = "Runs a further command in a container, shows its output when it has ended, and exits as it does.",
        footer = {"", "Options come before the id.", "", "Example:",
            "  rustyrun --host http://127.0.0.1:8080 exec 3f0c4b1f9a7e ps"})
final class ExecRemotely implements Client.Command {

    @Parameters(index = "0", paramLabel = "ID", arity = "1", description = "The container's id.")
    private String id;

    @Parameters(index = "1..*", paramLabel = "CMD [ARGS...]", arity = "1..*", description = "The command.")
    private List<String> words = List.of();

    @Option(names = {"-i", "--stdin"}, description = "Send it all of this command's input, before it starts.")
    private boolean stdin;

    @Option(names = {"-e", "--env"}, paramLabel = "NAME=VALUE", description = "An environment variable; repeatable.")
    private List<String> env = List.of();

    @Option(names = {"-u", "--user"}, paramLabel = "UID[:GID]", description = "Who runs it (default: the container's user).")
    private Optional<String> user = Optional.empty();

    @Option(names = {"-w", "--cwd", "--workdir"}, paramLabel = "DIR", description = "Its working directory.")
    private Optional<String> workdir = Optional.empty();

    @Override
    public int perform(Client client) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        words.forEach(request.putArray("command")::add);
        if (!env.isEmpty()) {
            request.set("env", LaunchOptions.variables("--env", env));
        }
        user.ifPresent(text -> request.put("user", text));
        workdir.ifPresent(text -> request.put("workdir", text));
        if (stdin) {
            request.put("stdinBase64", Base64.getEncoder().encodeToString(input(client)));
        }
        JsonNode result = client.server().post(Client.path(id) + "/exec", request);
        show(client, 1, result.path("stdout"));
        show(client, 2, result.path("stderr"));
        return client.end(result);
    }

    private static byte[] input(Client client) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[64 * 1024];
        for (int got = client.linux().read(0, buffer, buffer.length); got > 0;
                got = client.linux().read(0, buffer, buffer.length)) {
            all.write(buffer, 0, got);
        }
        return all.toByteArray();
    }

    private static void show(Client client, int descriptor, JsonNode output) {
        client.print(descriptor, output.has("base64") ? Base64.getDecoder().decode(output.path("base64").asText())
                : output.path("text").asText("").getBytes(StandardCharsets.UTF_8));
        if (output.path("truncated").asBoolean()) {
            client.tell("warning: the server kept only the first part of " + output.path("bytes").asLong() + " bytes of "
                    + (descriptor == 1 ? "stdout" : "stderr"));
        }
    }
}
