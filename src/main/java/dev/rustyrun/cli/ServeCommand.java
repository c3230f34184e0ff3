package dev.rustyrun.cli;

import dev.rustyrun.http.access.Exposure;
import io.quarkus.runtime.Quarkus;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rustyrun serve}: the HTTP mode, until it is told to stop. */
@Command(name = "serve", mixinStandardHelpOptions = true, versionProvider = Version.class, sortOptions = false,
        description = "Serves launches over HTTP until it gets SIGTERM or SIGINT: docs/http.md, /q/openapi.",
        footer = {"", "Health and metrics are on the management port: /q/health, /q/metrics.", "", "Example:",
            "  rustyrun serve --port 8080 --rootfs-folder ./root-file-systems",
            "  curl -d '{\"rootfs\": \"busybox\", \"command\": [\"/bin/echo\", \"hello\"]}' \\",
            "      -H 'Content-Type: application/json' http://127.0.0.1:8080/v1/run"})
final class ServeCommand implements Runnable {

    @Option(names = "--host", paramLabel = "ADDRESS", defaultValue = "127.0.0.1",
            description = "The address to listen on (default: ${DEFAULT-VALUE}, this machine only).")
    private String host;

    @Option(names = "--port", paramLabel = "PORT", defaultValue = "8080",
            description = "The port to listen on (default: ${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--management-host", paramLabel = "ADDRESS", defaultValue = "127.0.0.1",
            description = "The address for health and metrics (default: ${DEFAULT-VALUE}).")
    private String managementHost;

    @Option(names = "--management-port", paramLabel = "PORT", defaultValue = "9000",
            description = "The port for health and metrics (default: ${DEFAULT-VALUE}).")
    private int managementPort;

    @Option(names = "--token-file", paramLabel = "FILE",
            description = "Let in only who holds a token of FILE, lines \"read|launch|admin TOKEN\"; read again when changed.")
    private Optional<String> tokenFile = Optional.empty();

    @Option(names = "--rootfs-folder", paramLabel = "DIR",
            description = "The folder of the root file systems that requests name (default: root-file-systems).")
    private Optional<String> rootfsFolder = Optional.empty();

    @Option(names = "--data-folder", paramLabel = "DIR", description = "Where containers and their logs are kept.")
    private Optional<String> dataFolder = Optional.empty();

    @Option(names = "--warm", paramLabel = "N", description = "How many launches wait already started (default: 2).")
    private Optional<Integer> warm = Optional.empty();

    @Override
    public void run() {
        Exposure.check(host, tokenFile.or(() -> Optional.ofNullable(System.getenv("RUSTYRUN_TOKEN_FILE"))));
        System.setProperty("quarkus.http.host", host);
        System.setProperty("quarkus.http.port", Integer.toString(port));
        System.setProperty("quarkus.management.host", managementHost);
        System.setProperty("quarkus.management.port", Integer.toString(managementPort));
        tokenFile.ifPresent(file -> System.setProperty("rustyrun.token-file", file));
        rootfsFolder.ifPresent(folder -> System.setProperty("rustyrun.rootfs-folder", folder));
        dataFolder.ifPresent(folder -> System.setProperty("rustyrun.data-folder", folder));
        warm.ifPresent(count -> System.setProperty("rustyrun.warm", Integer.toString(count)));
        NativeServices.start();
        Quarkus.run();
    }
}
