package dev.rustyrun.http.access;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.Optional;

/** Prevents access from other machines to a service without authentication. */
public final class Exposure {

    private Exposure() {}

    /**
     * Checks that {@code host} is a loopback address, or that tokens or certificates are required.
     *
     * @param guard the token file or the client certificate authorities, if configured
     * @throws InvalidSpecException when anyone on the network could launch containers
     */
    public static void check(String host, Optional<String> guard) {
        if (guard.isEmpty() && !isLoopback(host)) {
            throw new InvalidSpecException(
                    "serve on " + host + " is reachable from other machines: set a token file with"
                            + " --token-file or client certificate authorities with --tls-client-ca, or listen on 127.0.0.1");
        }
    }

    /** Whether {@code host}, with or without brackets, is a loopback address. */
    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.matches("127(\\.[0-9]{1,3}){3}")
                || host.equals("::1")
                || host.equals("[::1]");
    }
}
