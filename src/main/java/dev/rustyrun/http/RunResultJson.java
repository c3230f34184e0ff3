package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.service.RunResult;
import dev.rustyrun.spec.CapturedOutput;
import dev.rustyrun.spec.Outcome;
import dev.rustyrun.spec.OutputFile;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** The response to {@code POST /v1/run} and to {@code exec}. */
final class RunResultJson {

    private RunResultJson() {}

    private static ObjectNode of(RunResult result) {
        ObjectNode json = withoutOutputs(result);
        result.captured().ifPresent(captured -> {
            json.set("stdout", output(captured.out()));
            json.set("stderr", output(captured.err()));
        });
        result.files().ifPresent(all -> {
            ArrayNode array = json.putArray("outputs");
            all.forEach(file -> array.add(of(file)));
        });
        return json;
    }

    /** An output file: text if it is valid UTF-8, otherwise base64; or the reason why it is missing. */
    static ObjectNode of(OutputFile file) {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("path", file.path());
        if (!file.error().isEmpty()) {
            return json.put("error", file.error());
        }
        json.put("mode", String.format("%04o", file.mode())).put("bytes", file.bytes().length);
        try {
            return json.put("text", text(file.bytes(), false));
        } catch (CharacterCodingException notText) {
            return json.put("base64", Base64.getEncoder().encodeToString(file.bytes()));
        }
    }

    /** The JSON without captured output. */
    static ObjectNode withoutOutputs(RunResult result) {
        Outcome outcome = result.outcome();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", result.id()).put("reason", outcome.reason().word()).put("exitCode", outcome.exitCode());
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
        return json.put("queuedMicros", result.queuedMicros()).put("warm", result.warm());
    }

    /** The JSON, with the problem if there is one. */
    static ObjectNode withProblem(RunResult result) {
        return problem(result)
                .map(problem -> problem.json().<ObjectNode>setAll(of(result)))
                .orElseGet(() -> of(result));
    }

    /** The output as text if it is valid UTF-8, otherwise as base64. */
    private static ObjectNode output(CapturedOutput.Stream captured) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        byte[] bytes = captured.bytes();
        try {
            json.put("text", text(bytes, captured.truncated()));
        } catch (CharacterCodingException notText) {
            json.put("base64", Base64.getEncoder().encodeToString(bytes));
        }
        return json.put("bytes", captured.total()).put("truncated", captured.truncated());
    }

    /** Truncated text may end within a character, whose bytes are then omitted. */
    private static String text(byte[] bytes, boolean cut) throws CharacterCodingException {
        CharBuffer text = CharBuffer.allocate(bytes.length);
        CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes), text, !cut);
        if (result.isError()) {
            result.throwException();
        }
        return text.flip().toString();
    }

    /** The problem if the container could not be created or the command could not be executed. */
    static Optional<Problem> problem(RunResult result) {
        Outcome outcome = result.outcome();
        if (outcome.reason() != Outcome.Reason.SETUP_FAILED) {
            return Optional.empty();
        }
        if (outcome.exitCode() != 125) {
            return Optional.of(problem(outcome, 422, "command-not-executable", "/command"));
        }
        return Optional.of(fieldAtFault(outcome)
                .map(field -> problem(outcome, 422, "invalid-field", field))
                .orElseGet(() -> problem(outcome, 500, "launch-failed", "")));
    }

    private static Problem problem(Outcome outcome, int status, String type, String field) {
        return new Problem(status, type, outcome.line(), field, outcome.failedStep(), 0);
    }

    /** The field that caused the failure. */
    private static Optional<String> fieldAtFault(Outcome outcome) {
        return switch (outcome.fault()) {
            case NONE -> Optional.empty();
            case WORKDIR -> Optional.of("/workdir");
            case MOUNTS -> Optional.of("/mounts");
            case TMPFS -> Optional.of("/tmpfs");
        };
    }
}
