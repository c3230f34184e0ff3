package dev.rustyrun.launch;

import java.util.function.IntConsumer;

/**
 * How a launch is watched.
 *
 * @param traced whether each step is printed
 * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
 * @param initStarted is told the process id of the container's PID 1 once there is one
 */
public record LaunchOptions(boolean traced, long timeoutMillis, IntConsumer initStarted) {
}
