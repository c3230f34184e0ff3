package dev.rustyrun.stage;

import dev.rustyrun.step.LaunchRecord;
import java.util.Optional;

/**
 * How a launch is watched.
 *
 * @param traced whether each step is printed
 * @param timeoutMillis after how many milliseconds the container is killed; 0 for never
 * @param consoleSocket path of a unix socket that gets the terminal's master side; without one it is relayed here
 * @param record what is written down of it while it goes on
 */
public record LaunchOptions(boolean traced, long timeoutMillis, Optional<String> consoleSocket, LaunchRecord record) {}
