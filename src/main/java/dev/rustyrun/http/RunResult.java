package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.launch.CapturedIo;
import dev.rustyrun.launch.Outcome;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * The answer to {@code POST /v1/run} and to {@code exec}.
 *
 * @param captured its outputs, unless they have gone out already
 * @param written how many bytes of output there were
 * @param queuedMicros how long it waited for its turn
 * @param warm whether its stages had been started before
 */
record RunResult(
        String id, Outcome outcome, Optional<CapturedIo> captured, long written, long queuedMicros, boolean warm) {

    /** One whose output was captured. */
    RunResult(String id, Outcome outcome, CapturedIo io, long queuedMicros, boolean warm) {
        this(id, outcome, Optional.of(io), io.out().total() + io.err().total(), queuedMicros, warm);
    }

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
        captured.ifPresent(io -> {
            json.set("stdout", output(io.out()));
            json.set("stderr", output(io.err()));
        });
        return json;
    }

    /** The same with what is wrong, if something is. */
    ObjectNode told() {
        return problem()
                .map(problem -> problem.json().<ObjectNode>setAll(json()))
                .orElseGet(this::json);
    }

    /** As text when it is some, or else as base64. */
    private static ObjectNode output(CapturedIo.Captured captured) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        byte[] bytes = captured.bytes();
        try {
            json.put(
                    "text",
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString());
        } catch (CharacterCodingException notText) {
            json.put("base64", Base64.getEncoder().encodeToString(bytes));
        }
        return json.put("bytes", captured.total()).put("truncated", captured.truncated());
    }

    /** What is wrong when the container could not be made or the command not be executed; nothing when it could. */
    Optional<Problem> problem() {
        if (outcome.reason() != Outcome.Reason.SETUP_FAILED) {
            return Optional.empty();
        }
        boolean requestsFault = outcome.exitCode() != 125;
        return Optional.of(new Problem(
                requestsFault ? 422 : 500,
                requestsFault ? "command-not-executable" : "launch-failed",
                outcome.message(),
                requestsFault ? "/command" : "",
                outcome.failedStep(),
                0));
    }
}
