package dev.rustyrun.container;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.rustyrun.spec.Outcome;
import java.io.IOException;
import java.io.StringWriter;

/** An {@link Outcome} as JSON. */
public final class OutcomeJson {

    private OutcomeJson() {}

    /** One JSON object and a line feed. Unknown values are omitted. */
    public static String write(Outcome outcome) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeStringField("reason", outcome.reason().word());
            json.writeNumberField("exitCode", outcome.exitCode());
            if (outcome.signal() != 0) {
                json.writeNumberField("signal", outcome.signal());
            }
            if (!outcome.message().isEmpty()) {
                json.writeStringField("message", outcome.message());
            }
            json.writeNumberField("wallMicros", outcome.wallMicros());
            json.writeNumberField("cpuMicros", outcome.cpuMicros());
            if (outcome.peakMemory() >= 0) {
                json.writeNumberField("peakMemoryBytes", outcome.peakMemory());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return text + "\n";
    }
}
