package dev.rustyrun.cli.common;

import java.util.Set;

/** The names of the global options of a service's client, which the local commands do not have. */
public final class ClientOptions {

    /** Names the server; without it, the other options have no meaning. */
    public static final String HOST = "--host";

    /** The other options; each is followed by its value. */
    public static final Set<String> WITH_VALUE = Set.of("--token-file", "--tls-ca", "--tls-cert", "--tls-key");

    private ClientOptions() {}
}
