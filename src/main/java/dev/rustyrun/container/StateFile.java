package dev.rustyrun.container;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** {@link ContainerState} as JSON, without reflection. */
final class StateFile {

    /** Field names are not interned, because interning searches all strings built into a native executable. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private static final String KEPT = "keptProcess";

    private StateFile() {}

    static String write(ContainerState state) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("id", state.id());
            json.writeNumberField("pid", state.pid());
            json.writeNumberField("startTime", state.startTime());
            json.writeStringField("rootfs", state.rootfs());
            json.writeStringField("cgroup", state.cgroup());
            json.writeStringField("created", state.created());
            json.writeNumberField("runPid", state.runPid());
            json.writeNumberField("runStartTime", state.runStartTime());
            json.writeBooleanField("setUp", state.setUp());
            ContainerState.Origin origin = state.origin();
            json.writeStringField("bundle", origin.bundle());
            json.writeBooleanField("hasProcess", origin.hasProcess());
            json.writeBooleanField("hasLateHooks", origin.hasLateHooks());
            if (origin.stays()) {
                json.writeBooleanField("stays", true);
            }
            if (!origin.keptProcess().isEmpty()) {
                json.writeFieldName(KEPT);
                json.writeRawValue(origin.keptProcess());
            }
            json.writeObjectFieldStart("annotations");
            for (Map.Entry<String, String> annotation : origin.annotations().entrySet()) {
                json.writeStringField(annotation.getKey(), annotation.getValue());
            }
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text + "\n";
    }

    /** Parses a state; empty when {@code text} is not a valid state. */
    static Optional<ContainerState> read(String text) {
        Map<String, String> fields = new HashMap<>();
        Map<String, String> annotations = new HashMap<>();
        try (JsonParser json = JSON.createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (value == JsonToken.START_OBJECT && name.equals("annotations")) {
                    while (json.nextToken() == JsonToken.FIELD_NAME) {
                        String key = json.currentName();
                        json.nextToken();
                        annotations.put(key, json.getText());
                    }
                } else if (value == JsonToken.START_OBJECT && name.equals(KEPT)) {
                    // Kept as text, because only exec needs its contents.
                    int from = (int) json.currentTokenLocation().getCharOffset();
                    json.skipChildren();
                    fields.put(name, text.substring(from, (int)
                            json.currentLocation().getCharOffset()));
                } else {
                    fields.put(name, value.isScalarValue() ? json.getText() : "");
                    json.skipChildren();
                }
            }
            return Optional.of(new ContainerState(
                    fields.getOrDefault("id", ""),
                    Integer.parseInt(fields.get("pid")),
                    Long.parseLong(fields.get("startTime")),
                    fields.getOrDefault("rootfs", ""),
                    fields.getOrDefault("cgroup", ""),
                    fields.getOrDefault("created", ""),
                    Integer.parseInt(fields.get("runPid")),
                    Long.parseLong(fields.get("runStartTime")),
                    Boolean.parseBoolean(fields.get("setUp")),
                    new ContainerState.Origin(
                            fields.getOrDefault("bundle", ""),
                            annotations,
                            Boolean.parseBoolean(fields.get("hasProcess")),
                            Boolean.parseBoolean(fields.get("hasLateHooks")),
                            fields.getOrDefault(KEPT, ""),
                            Boolean.parseBoolean(fields.get("stays")))));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
