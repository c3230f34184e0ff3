package dev.rustyrun.stage;

import dev.rustyrun.step.LaunchRecord;
import java.util.Optional;

/**
 * Options for observing and limiting a launch.
 *
 * @param traced whether each step is printed
 * @param timeoutMillis time limit in milliseconds, after which the container is killed; 0 for none
 * @param consoleSocket path of a unix socket that receives the terminal's master side; without one, the terminal is
 *     relayed here
 * @param record record of the launch while it is in progress
 */
public record LaunchOptions(boolean traced, long timeoutMillis, Optional<String> consoleSocket, LaunchRecord record) {}
