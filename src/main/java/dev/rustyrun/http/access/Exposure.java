package dev.rustyrun.http.access;

import dev.rustyrun.spec.InvalidSpecException;
import java.util.Optional;

/** Keeps a service that lets everybody in from being reached from other machines. */
public final class Exposure {

    private Exposure() {}

    /**
     * Checks that {@code host} is only this machine's, or that tokens or certificates are needed.
     *
     * @param guard the file that says who is let in
     *
     * @throws InvalidSpecException when anybody on the network could launch
     */
    public static void check(String host, Optional<String> guard) {
        if (guard.isEmpty() && !isLoopback(host)) {
            throw new InvalidSpecException("serve on " + host + " lets other machines in: name a file of tokens with"
                    + " --token-file or authorities with --tls-client-ca, or listen on 127.0.0.1");
        }
    }

    /** Whether {@code host}, with or without brackets, is this machine only. */
    static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost")
                || host.matches("127(\\.[0-9]{1,3}){3}")
                || host.equals("::1")
                || host.equals("[::1]");
    }
}
