package dev.rustyrun.cli.images;

import dev.rustyrun.engine.LocalImages.RegistryOptions;
import picocli.CommandLine.Option;

/** How a registry is asked. */
final class RegistryArguments {

    @Option(
            names = "--tls-verify",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "true",
            paramLabel = "true|false",
            description = "Check the registry's certificate (default: ${DEFAULT-VALUE}).")
    private boolean tlsVerify;

    @Option(names = "--plain-http", description = "Use no TLS.")
    private boolean plainHttp;

    @Option(
            names = "--authfile",
            paramLabel = "FILE",
            defaultValue = "",
            description = "The file of logins; default: podman's auth.json, then docker's config.json.")
    private String authFile;

    RegistryOptions with(String platform) {
        return new RegistryOptions(platform, tlsVerify, plainHttp, authFile);
    }
}
