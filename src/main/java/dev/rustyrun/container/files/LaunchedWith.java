package dev.rustyrun.container.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.Spec;
import java.util.List;
import java.util.OptionalLong;

/**
 * The options of a container's launch that matter for access to its files.
 *
 * @param rootfs host path of its root file system; empty for a container from an image
 * @param readOnly whether its root file system is read-only
 * @param isEphemeral whether its changes are discarded at its end
 * @param memory its memory limit in bytes, if it has one
 * @param sources host paths that are mounted in it
 * @param hasForeignMounts whether it has its own user namespace, and a mount whose ids are not mapped to it
 */
public record LaunchedWith(
        String rootfs,
        boolean readOnly,
        boolean isEphemeral,
        OptionalLong memory,
        List<String> sources,
        boolean hasForeignMounts) {

    public LaunchedWith {
        sources = List.copyOf(sources);
    }

    /** Whether the container comes from an image. */
    boolean isLayered() {
        return rootfs.isEmpty();
    }

    /** The options of {@code spec}, without sources and foreign mounts. */
    public static LaunchedWith of(Spec spec) {
        long memory = spec.linux().resources().memory().limit();
        return new LaunchedWith(
                spec.root().image().isPresent() ? "" : spec.root().path(),
                spec.root().readonly(),
                spec.annotations().containsKey(Spec.EPHEMERAL_ANNOTATION),
                memory > 0 ? OptionalLong.of(memory) : OptionalLong.empty(),
                List.of(),
                false);
    }

    /** Reads the output of {@link #json}. */
    public static LaunchedWith read(JsonNode json) {
        return new LaunchedWith(
                json.path("rootfs").asText(),
                json.path("readOnly").asBoolean(),
                json.path("ephemeral").asBoolean(),
                json.has("memory") ? OptionalLong.of(json.path("memory").asLong()) : OptionalLong.empty(),
                List.of(),
                false);
    }

    /** As JSON, without the sources and foreign mounts. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("rootfs", rootfs)
                .put("readOnly", readOnly)
                .put("ephemeral", isEphemeral);
        memory.ifPresent(bytes -> json.put("memory", bytes));
        return json;
    }
}
