package dev.rustyrun.cli;

import dev.rustyrun.cgroup.OwnCgroup;
import dev.rustyrun.engine.EngineContext;
import dev.rustyrun.http.ServeSignals;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.InvalidSpecException;
import io.quarkus.runtime.Quarkus;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rustyrun serve}: the HTTP mode, until SIGTERM or SIGINT. */
@Command(
        name = "serve",
        exitCodeOnInvalidInput = 125,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis = "rustyrun serve [OPTIONS]",
        description = "Serve launches over HTTP until SIGTERM or SIGINT: docs/http.md, /q/openapi.",
        footer = {
            "",
            "Health and metrics are on the management port: /q/health, /q/metrics.",
            "",
            "Examples:",
            "  rustyrun serve --port 8080 --rootfs-folder ./root-file-systems",
            "  curl -d '{\"rootfs\": \"busybox\", \"command\": [\"/bin/echo\", \"hello\"]}' \\",
            "      -H 'Content-Type: application/json' http://127.0.0.1:8080/v1/run"
        })
final class ServeCommand implements Runnable {

    @Mixin
    private ListenOptions listen;

    @Option(
            names = "--management-host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Serve health and metrics on this address (default: ${DEFAULT-VALUE}).")
    private String managementHost;

    @Option(
            names = "--management-port",
            paramLabel = "PORT",
            defaultValue = "9000",
            description = "Serve health and metrics on this port (default: ${DEFAULT-VALUE}).")
    private int managementPort;

    @Option(
            names = "--rootfs-folder",
            paramLabel = "DIR",
            description = "Use the root file systems in this folder (default: root-file-systems).")
    private Optional<String> rootfsFolder = Optional.empty();

    @Option(names = "--data-folder", paramLabel = "DIR", description = "Keep containers and their logs in this folder.")
    private Optional<String> dataFolder = Optional.empty();

    @Option(names = "--warm", paramLabel = "N", description = "Keep up to this many launches warm (default: 4).")
    private Optional<Integer> warm = Optional.empty();

    @Option(
            names = "--userns",
            paramLabel = "auto|always|host",
            description = "Give each container its own user namespace: where possible, always, or never"
                    + " (default: auto).")
    private Optional<String> userns = Optional.empty();

    @Option(
            names = "--own-cgroup",
            description =
                    "For a service in a container: make the container's cgroup writable and move the service into a"
                            + " group below it, so that launches can be limited (docs/sidecar.md).")
    private boolean ownCgroup;

    @Option(
            names = "--log-format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "Set the format of the log on stdout (default: ${DEFAULT-VALUE}).")
    private String logFormat;

    /** Called at the end of Quarkus. Prints the cause of a failed start in one line instead of a stack trace. */
    private static void ended(int code, Throwable failure) {
        if (failure == null) {
            System.exit(code);
        }
        Throwable cause = failure;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        String said = cause.getMessage();
        String message = said == null || said.isBlank()
                ? "unexpected " + cause.getClass().getSimpleName()
                : said;
        System.err.println("rustyrun: serve cannot start: " + Printable.line(message));
        if (Boolean.getBoolean("rustyrun.debug")) {
            failure.printStackTrace();
        }
        // Nothing needs an orderly shutdown yet, and the parts that have started would only delay the exit.
        Runtime.getRuntime().halt(EngineContext.FAILED);
    }

    @Override
    public void run() {
        ListenOptions.checkPort("--management-port", managementPort);
        listen.apply();
        if (!logFormat.matches("text|json")) {
            throw new InvalidSpecException("--log-format \"" + logFormat + "\" is neither text nor json");
        }
        System.setProperty("quarkus.log.console.json.enabled", Boolean.toString(logFormat.equals("json")));
        System.setProperty("quarkus.management.host", managementHost);
        System.setProperty("quarkus.management.port", Integer.toString(managementPort));
        rootfsFolder.ifPresent(folder -> System.setProperty("rustyrun.rootfs-folder", folder));
        dataFolder.ifPresent(folder -> System.setProperty("rustyrun.data-folder", folder));
        warm.ifPresent(count -> System.setProperty("rustyrun.warm", Integer.toString(count)));
        userns.ifPresent(kind -> System.setProperty("rustyrun.userns", kind));
        if (ownCgroup) {
            OwnCgroup.takeOver(Linux.host());
        }
        ServiceHeap.limit(Linux.host());
        NativeServices.start();
        listen.checkFree("--port");
        ListenOptions.checkFree("--management-port", managementHost, managementPort);
        ServeSignals.handle();
        Quarkus.run(null, ServeCommand::ended);
    }
}
