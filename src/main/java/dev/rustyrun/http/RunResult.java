package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.launch.CapturedIo;
import dev.rustyrun.launch.Outcome;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The answer to {@code POST /v1/run}.
 *
 * @param queuedMicros how long it waited for its turn
 * @param warm whether its stages had been started before
 */
record RunResult(String id, Outcome outcome, CapturedIo io, long queuedMicros, boolean warm) {

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", id).put("reason", outcome.reason().word()).put("exitCode", outcome.exitCode());
        if (outcome.signal() != 0) {
            json.put("signal", outcome.signal());
        }
        if (!outcome.message().isEmpty()) {
            json.put("message", outcome.message());
        }
        json.put("wallMicros", outcome.wallMicros()).put("cpuMicros", outcome.cpuMicros());
        if (outcome.peakMemory() >= 0) {
            json.put("peakMemoryBytes", outcome.peakMemory());
        }
        json.put("queuedMicros", queuedMicros).put("warm", warm);
        json.set("stdout", output(io.out()));
        json.set("stderr", output(io.err()));
        return json;
    }

    /** As text when it is some, or else as base64. */
    private static ObjectNode output(CapturedIo.Captured captured) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        byte[] bytes = captured.bytes();
        try {
            json.put("text", StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (CharacterCodingException notText) {
            json.put("base64", Base64.getEncoder().encodeToString(bytes));
        }
        return json.put("bytes", captured.total()).put("truncated", captured.truncated());
    }

    /** What is wrong when the container could not be made or the command not be executed. */
    Problem problem() {
        boolean requestsFault = outcome.exitCode() != 125;
        return new Problem(requestsFault ? 422 : 500, requestsFault ? "command-not-executable" : "launch-failed",
                outcome.message(), requestsFault ? "/command" : "", outcome.failedStep(), 0);
    }
}
