package dev.rustyrun.http.listen;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;

/**
 * What connections may do.
 *
 * @param connections the most at the same time
 * @param perPeer those of one address
 * @param headerSeconds from the connection, or from its first byte on a connection that was used before, until the request's
 *        head is there
 * @param idleSeconds between requests
 * @param stallSeconds while a client reads nothing of an answer
 */
record ConnectionLimits(int connections, int perPeer, int headerSeconds, int idleSeconds, int stallSeconds) {

    /** Of the management port, which has its own. */
    static final int MANAGEMENT = 64;

    private static final int MAX_CONNECTIONS = 4096;
    private static final int MIN_CONNECTIONS = 32;
    /** What the service itself has open. */
    private static final int OWN_DESCRIPTORS = 96 + MANAGEMENT;
    /** Connections to ports of containers, by default. */
    private static final int PORTS = 128;
    /** Pipes, connections to stages and cgroup files of a launch. */
    private static final int DESCRIPTORS_OF_A_LAUNCH = 10;

    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +([0-9]+|unlimited) ");

    /** As configured; by default as many connections as leave enough descriptors for launches. */
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

    /** RLIMIT_NOFILE of this process, man 5 proc. */
    private static long openFiles() {
        try {
            Matcher found = OPEN_FILES.matcher(Linux.host().readFile("/proc/self/limits"));
            return found.find() && !found.group(1).equals("unlimited")
                    ? Long.parseLong(found.group(1))
                    : Integer.MAX_VALUE;
        } catch (LinuxException e) {
            return 1024;
        }
    }
}
