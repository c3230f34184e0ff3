package dev.rustyrun.launch;

import java.util.Optional;

/**
 * How a launch is watched.
 *
 * @param traced whether each step is printed
 * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
 * @param consoleSocket path of a unix socket that gets the terminal's master side; without one it is relayed here
 * @param descriptors how many descriptors of this process, from 3 on, the command gets
 * @param host is told how far it has come
 */
public record LaunchOptions(
        boolean traced, long timeoutMillis, Optional<String> consoleSocket, int descriptors, LaunchHost host) {}
