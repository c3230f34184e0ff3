package dev.rustyrun.it.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.it.Launcher;
import dev.rustyrun.it.OciBundle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/** Helpers of the conformance tests. */
final class Conformance {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Conformance() {}

    /** The output of a container that runs {@code script} with a changed config.json. */
    static String output(Consumer<ObjectNode> change, String script) {
        try (OciBundle bundle = new OciBundle("sh", "-c", script)) {
            bundle.edit(change);
            return run(bundle).expect(0).out();
        }
    }

    /** Runs a container of {@code bundle} to its end. */
    static Launcher.Result run(OciBundle bundle) {
        return bundle.rustyrun("run", "--bundle", bundle.directory().toString(), "box");
    }

    /** Expects that a changed config.json is refused with a message that says why, and that nothing is left. */
    static void expectRefused(Consumer<ObjectNode> change, String why) {
        try (OciBundle bundle = new OciBundle("true")) {
            bundle.edit(change);
            String line = bundle.create("box").expect(1).errorLine();
            assertTrue(line.contains(why), line);
            assertEquals(List.of(), bundle.left());
        }
    }

    static ObjectNode process(ObjectNode config) {
        return (ObjectNode) config.get("process");
    }

    static ObjectNode linux(ObjectNode config) {
        return (ObjectNode) config.get("linux");
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void removeNamespace(ObjectNode config, String type) {
        Iterator<JsonNode> namespaces = linux(config).get("namespaces").elements();
        while (namespaces.hasNext()) {
            if (namespaces.next().get("type").textValue().equals(type)) {
                namespaces.remove();
            }
        }
    }

    /** Adds a bind mount of the host path {@code source}. */
    static void bind(ObjectNode config, String source, String destination) {
        config.withArray("mounts")
                .addObject()
                .put("destination", destination)
                .put("type", "bind")
                .put("source", source)
                .putArray("options")
                .add("rbind");
    }

    /** Adds a hook that runs {@code script} in a shell. */
    static ObjectNode hook(ObjectNode config, String kind, String script) {
        ObjectNode hook = config.withObject("/hooks").withArray(kind).addObject();
        hook.put("path", "/bin/sh").putArray("args").add("sh").add("-c").add(script);
        return hook;
    }
}
