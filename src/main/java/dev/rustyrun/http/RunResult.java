package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.OutputFile;
import dev.rustyrun.stage.CapturedIo;
import dev.rustyrun.stage.Outcome;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The response to {@code POST /v1/run} and to {@code exec}.
 *
 * @param captured the outputs; empty if they have already been sent
 * @param written total bytes of output
 * @param queuedMicros time in the queue, in microseconds
 * @param warm whether a warm launch was used
 * @param files the requested output files; empty if none were requested
 */
record RunResult(
        String id,
        Outcome outcome,
        Optional<CapturedIo> captured,
        long written,
        long queuedMicros,
        boolean warm,
        Optional<List<OutputFile>> files) {

    /** Kernel error names and Rustyrun's own messages that show that a path of the request is wrong. */
    private static final Pattern REQUESTS_FAULT = Pattern.compile(
            "\\b(ENOTDIR|EISDIR|EINVAL|ELOOP|ENOENT|EXDEV|EACCES|ENAMETOOLONG)\\b|climbs out|symbolic link|is in the way|may be covered|may cover|can be mounted|is no directory");

    /** A result with captured output. */
    RunResult(String id, Outcome outcome, CapturedIo io, long queuedMicros, boolean warm) {
        this(id, outcome, Optional.of(io), io.out().total() + io.err().total(), queuedMicros, warm);
    }

    /** A result without output files. */
    RunResult(
            String id, Outcome outcome, Optional<CapturedIo> captured, long written, long queuedMicros, boolean warm) {
        this(id, outcome, captured, written, queuedMicros, warm, Optional.empty());
    }

    /** This result with output files. */
    RunResult with(List<String> patterns, List<OutputFile> found) {
        Optional<List<OutputFile>> wanted = patterns.isEmpty() ? Optional.empty() : Optional.of(found);
        return new RunResult(id, outcome, captured, written, queuedMicros, warm, wanted);
    }

    ObjectNode json() {
        ObjectNode json = withoutOutputs();
        captured.ifPresent(io -> {
            json.set("stdout", output(io.out()));
            json.set("stderr", output(io.err()));
        });
        files.ifPresent(all -> {
            ArrayNode array = json.putArray("outputs");
            all.forEach(file -> array.add(json(file)));
        });
        return json;
    }

    /** The size of the output that this result contains, in bytes. */
    long kept() {
        return captured.map(io -> (long) io.out().size() + io.err().size()).orElse(0L)
                + files.stream()
                        .flatMap(List::stream)
                        .mapToLong(file -> file.bytes().length)
                        .sum();
    }

    /** An output file: text if it is valid UTF-8, otherwise base64; or the reason why it is missing. */
    static ObjectNode json(OutputFile file) {
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

    /** Whether output is missing because the service had no memory for it. */
    boolean isRefused() {
        return captured.map(CapturedIo::isRefused).orElse(false);
    }

    /** The JSON without captured output. */
    ObjectNode withoutOutputs() {
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
        return json.put("queuedMicros", queuedMicros).put("warm", warm);
    }

    /** The JSON, with the problem if there is one. */
    ObjectNode jsonWithProblem() {
        return problem()
                .map(problem -> problem.json().<ObjectNode>setAll(json()))
                .orElseGet(this::json);
    }

    /** The output as text if it is valid UTF-8, otherwise as base64. */
    private static ObjectNode output(CapturedIo.Captured captured) {
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
    Optional<Problem> problem() {
        if (outcome.reason() != Outcome.Reason.SETUP_FAILED) {
            return Optional.empty();
        }
        if (outcome.exitCode() != 125) {
            return Optional.of(problem(422, "command-not-executable", "/command"));
        }
        return Optional.of(fieldAtFault()
                .map(field -> problem(422, "invalid-field", field))
                .or(() -> Shortage.of(Printable.line(outcome.message()), outcome.failedStep()))
                .orElseGet(() -> problem(500, "launch-failed", "")));
    }

    private Problem problem(int status, String type, String field) {
        return new Problem(status, type, Printable.line(outcome.message()), field, outcome.failedStep(), 0);
    }

    /** The field that caused the failure, such as a mount on a path that is a file in the root file system. */
    private Optional<String> fieldAtFault() {
        if (!REQUESTS_FAULT.matcher(outcome.message()).find()) {
            return Optional.empty();
        }
        String step = outcome.failedStep();
        return step.startsWith("change to directory ")
                ? Optional.of("/workdir")
                : step.startsWith("bind mount ") || step.startsWith("attach ")
                        ? Optional.of("/mounts")
                        : step.startsWith("mount tmpfs on ") ? Optional.of("/tmpfs") : Optional.empty();
    }
}
