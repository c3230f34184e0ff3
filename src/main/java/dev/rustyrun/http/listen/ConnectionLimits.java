package dev.rustyrun.http.listen;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/**
 * The limits of connections.
 *
 * @param connections maximum number of connections
 * @param perPeer maximum number of connections of one address
 * @param headerSeconds maximum time until a request's head is complete: from the start of the connection, or from the
 *     first byte on a reused connection
 * @param idleSeconds maximum time between requests
 * @param stallSeconds maximum time without progress while a response is sent
 */
record ConnectionLimits(int connections, int perPeer, int headerSeconds, int idleSeconds, int stallSeconds) {

    /** The limit of the management port, which is separate. */
    static final int MANAGEMENT = 64;

    private static final int MAX_CONNECTIONS = 4096;
    private static final int MIN_CONNECTIONS = 32;
    /** The descriptors that the service itself needs. */
    private static final int OWN_DESCRIPTORS = 96 + MANAGEMENT;
    /** The default of {@code rustyrun.port-connections}. */
    private static final int PORTS = 128;
    /** The descriptors of a launch: pipes, connections to stages, cgroup files. */
    private static final int DESCRIPTORS_OF_A_LAUNCH = 10;

    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +([0-9]+|unlimited) ");

    /** The configured limits; by default the number of connections leaves enough descriptors for launches. */
    static ConnectionLimits of(Config config) {
        int concurrent =
                config.getOptionalValue("rustyrun.concurrent", Integer.class).orElse(32);
        int ports = config.getOptionalValue("rustyrun.port-connections", Integer.class)
                .orElse(PORTS);
        long spare = openFiles() - OWN_DESCRIPTORS - ports - (long) DESCRIPTORS_OF_A_LAUNCH * concurrent;
        int connections = config.getOptionalValue("rustyrun.connections", Integer.class)
                .orElse((int) Math.max(MIN_CONNECTIONS, Math.min(spare, MAX_CONNECTIONS)));
        return new ConnectionLimits(
                connections,
                config.getOptionalValue("rustyrun.connections-per-peer", Integer.class)
                        .orElse(Math.max(1, connections - connections / 8)),
                config.getOptionalValue("rustyrun.header-seconds", Integer.class)
                        .orElse(10),
                config.getOptionalValue("rustyrun.idle-seconds", Integer.class).orElse(60),
                config.getOptionalValue("rustyrun.stall-seconds", Integer.class).orElse(120));
    }

    /** RLIMIT_NOFILE of this process; man 5 proc. */
    private static long openFiles() {
        try {
            Matcher found = OPEN_FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
            return found.find() && !found.group(1).equals("unlimited")
                    ? Long.parseLong(found.group(1))
                    : Integer.MAX_VALUE;
        } catch (IOException e) {
            return 1024;
        }
    }
}
