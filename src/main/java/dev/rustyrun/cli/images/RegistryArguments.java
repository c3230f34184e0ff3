package dev.rustyrun.cli.images;

import dev.rustyrun.engine.LocalImages.RegistryOptions;
import picocli.CommandLine.Option;

/** The options for access to a registry. */
final class RegistryArguments {

    @Option(
            names = "--tls-verify",
            arity = "0..1",
            fallbackValue = "true",
            defaultValue = "true",
            paramLabel = "true|false",
            description = "Verify the registry's certificate (default: ${DEFAULT-VALUE}).")
    private boolean tlsVerify;

    @Option(names = "--plain-http", description = "Use HTTP without TLS.")
    private boolean plainHttp;

    @Option(
            names = "--authfile",
            paramLabel = "FILE",
            defaultValue = "",
            description = "Use this file with credentials (default: podman's auth.json, then docker's config.json).")
    private String authFile;

    RegistryOptions with(String platform) {
        return new RegistryOptions(platform, tlsVerify, plainHttp, authFile);
    }
}
