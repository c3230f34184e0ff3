package dev.rustyrun.container.files;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.spec.Spec;
import java.util.List;
import java.util.OptionalLong;

/**
 * What a container was launched with, as far as its files depend on that.
 *
 * @param rootfs host path of its root file system; empty for one that comes from an image
 * @param readOnly whether it cannot write there
 * @param isEphemeral whether what it writes there goes with its end
 * @param memory its limit in bytes, if it has one
 * @param sources host paths of what is mounted in it
 * @param hasForeignMounts whether it has ids of its own, and something is mounted in it whose ids are not mapped to them
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

    /** Whether it comes from an image. */
    boolean isLayered() {
        return rootfs.isEmpty();
    }

    /** What a container with {@code spec} is launched with, whose ids are mapped as they are for who has asked for it. */
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

    /** Reads what {@link #json} has written. */
    public static LaunchedWith read(JsonNode json) {
        return new LaunchedWith(
                json.path("rootfs").asText(),
                json.path("readOnly").asBoolean(),
                json.path("ephemeral").asBoolean(),
                json.has("memory") ? OptionalLong.of(json.path("memory").asLong()) : OptionalLong.empty(),
                List.of(),
                false);
    }

    /** The same as JSON, of one with neither sources nor foreign mounts. */
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
