package dev.rustyrun.cli;

import dev.rustyrun.request.ServeRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
final class ServeCommand {

    @Mixin
    private ServeRequest request;

    ServeRequest request() {
        return request;
    }
}
