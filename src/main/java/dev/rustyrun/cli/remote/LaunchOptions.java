package dev.rustyrun.cli.remote;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.client.ClientException;
import dev.rustyrun.request.CommandOptions;
import dev.rustyrun.request.Variables;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a launch that a server can honour, as the fields of its request. */
final class LaunchOptions {

    @Option(
            names = "--rootfs",
            paramLabel = "NAME",
            required = true,
            description = "The root file system: a name of one of the server's, see info.")
    private String rootfs;

    @Option(names = "--hostname", paramLabel = "NAME", description = "Its host name (default: rustyrun-container).")
    private Optional<String> hostname = Optional.empty();

    @Mixin
    private CommandOptions options;

    @Option(
            names = {"-w", "--workdir"},
            paramLabel = "DIR",
            description = "The command's working directory, made when missing (default: /).")
    private Optional<String> workdir = Optional.empty();

    @Option(
            names = {"-u", "--user"},
            paramLabel = "USER[:GROUP]",
            description = "Who runs the command (default: 0).")
    private Optional<String> user = Optional.empty();

    @Option(names = "--init", description = "Keep a small init as PID 1 that reaps orphans and passes signals on.")
    private boolean init;

    @Option(names = "--read-only", description = "Mount the rootfs read-only.")
    private boolean readOnly;

    @Option(
            names = {"-v", "--volume"},
            paramLabel = "NAME:DST[:ro]",
            description = "Show a directory inside that the server has configured by this name; repeatable.")
    private List<String> volumes = List.of();

    @Option(names = "--tmpfs", paramLabel = "DST", description = "An empty tmpfs inside; repeatable.")
    private List<String> tmpfs = List.of();

    @Option(
            names = {"--net", "--network"},
            paramLabel = "none|host",
            description = "host only where the server allows it.")
    private Optional<String> network = Optional.empty();

    @Option(names = "--cap-drop", paramLabel = "NAME|all", description = "Take a capability away; repeatable.")
    private List<String> dropped = List.of();

    @Option(
            names = {"-m", "--memory"},
            paramLabel = "SIZE",
            description = "The most memory, such as 64m or 2g.")
    private Optional<String> memory = Optional.empty();

    @Option(names = "--cpus", paramLabel = "N", description = "Processor time, such as 1.5 processors.")
    private Optional<BigDecimal> cpus = Optional.empty();

    @Option(names = "--pids-limit", paramLabel = "N", description = "The most processes and threads.")
    private Optional<Long> pids = Optional.empty();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Kill the container after this time, such as 1.5.")
    private Optional<BigDecimal> timeout = Optional.empty();

    @Option(names = "--max-log", paramLabel = "SIZE", description = "The most output that the server keeps of it.")
    private Optional<String> maxLog = Optional.empty();

    /** The request for a container that runs {@code command}. */
    ObjectNode request(List<String> command, boolean terminal) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("rootfs", rootfs);
        options.words(command).forEach(json.putArray("command")::add);
        json.set("env", environment(options.variables(), terminal));
        options.labels().forEach(json.putObject("labels")::put);
        hostname.ifPresent(text -> json.put("hostname", text));
        workdir.ifPresent(text -> json.put("workdir", text));
        user.ifPresent(text -> json.put("user", text));
        json.put("init", init).put("readOnly", readOnly);
        var mounts = json.putArray("mounts");
        volumes.forEach(text -> mounts.add(mount(text)));
        var empty = json.putArray("tmpfs");
        tmpfs.forEach(text -> empty.add(path(text)));
        network.ifPresent(text -> json.put("network", text));
        dropped.forEach(json.putArray("dropCapabilities")::add);
        memory.ifPresent(text ->
                json.put("memory", text.toLowerCase(java.util.Locale.ROOT).replaceFirst("b$", "")));
        cpus.ifPresent(number -> json.put("cpus", number));
        pids.ifPresent(number -> json.put("pids", number));
        timeout.ifPresent(number -> json.put("timeoutSeconds", number));
        maxLog.ifPresent(text -> json.put("maxLog", text));
        return json;
    }

    /** Variables as an object; with a terminal, that of this process is the command's unless they say another. */
    static ObjectNode environment(Variables variables, boolean terminal) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        variables.values().forEach(json::put);
        String type = System.getenv("TERM");
        if (terminal && type != null && !json.has("TERM")) {
            json.put("TERM", type);
        }
        return json;
    }

    /** Those that the other command line has too. */
    CommandOptions common() {
        return options;
    }

    private static ObjectNode mount(String text) {
        String[] parts = text.split(":", -1);
        boolean readOnly = parts.length == 3 && parts[2].equals("ro");
        if (parts.length < 2 || parts.length > 3 || parts.length == 3 && !readOnly || parts[0].isEmpty()) {
            throw new ClientException("--volume \"" + text + "\" is not NAME:DST or NAME:DST:ro");
        }
        if (parts[0].contains("/")) {
            throw new ClientException("--volume \"" + text + "\": a server mounts no path, only directories that it has"
                    + " configured by a name, which info lists");
        }
        return JsonNodeFactory.instance
                .objectNode()
                .put("source", parts[0])
                .put("target", parts[1])
                .put("readOnly", readOnly);
    }

    private static String path(String text) {
        if (text.contains(":")) {
            throw new ClientException("--tmpfs \"" + text + "\": a server takes a path, and no options");
        }
        return text;
    }
}
