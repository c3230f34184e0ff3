package dev.rustyrun.engine;

import java.util.List;
import java.util.Optional;

/**
 * What is said of an image that is made of a container.
 *
 * @param name its name, if it gets one
 * @param changes instructions of a Dockerfile's, such as {@code CMD ["sh"]}
 * @param author who has made it; empty to leave that out
 * @param message about it, for its history; empty for none
 * @param pause whether the container is paused meanwhile, if it runs and can be
 */
public record Commit(Optional<String> name, List<String> changes, String author, String message, boolean pause) {}
