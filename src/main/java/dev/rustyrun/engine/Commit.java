package dev.rustyrun.engine;

import java.util.List;
import java.util.Optional;

/**
 * The options of a commit, which creates an image from a container.
 *
 * @param name the image's name; empty for none
 * @param changes Dockerfile instructions, such as {@code CMD ["sh"]}
 * @param author the author; empty for none
 * @param message the history comment; empty for none
 * @param pause whether to pause a running container during the commit, if it can be paused
 */
public record Commit(Optional<String> name, List<String> changes, String author, String message, boolean pause) {}
