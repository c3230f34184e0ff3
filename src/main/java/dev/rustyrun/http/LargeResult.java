package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rustyrun.engine.service.Budget;
import dev.rustyrun.engine.service.RunResult;
import dev.rustyrun.spec.OutputFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/** The JSON response of a result with large output, created while it is sent. */
final class LargeResult extends StreamedAnswer {

    private final RunResult result;
    private final Budget.Share share;
    private final Deque<Part> parts = new ArrayDeque<>();

    private interface Part {
        /** Returns an empty array at its end. */
        byte[] next();
    }

    /** @param share the memory of the result */
    LargeResult(RunResult result, Budget.Share share) {
        this.result = result;
        this.share = share;
        ObjectNode rest = RunResultJson.withoutOutputs(result);
        String text = rest.toString();
        parts.add(once(text.substring(0, text.length() - 1) + ",\"stdout\":"));
        parts.add(new OutputJson(result.captured().orElseThrow().out())::next);
        parts.add(once(",\"stderr\":"));
        parts.add(new OutputJson(result.captured().orElseThrow().err())::next);
        result.files().ifPresent(files -> {
            String before = ",\"outputs\":[";
            for (OutputFile file : files) {
                String start = before;
                parts.add(later(() -> start + RunResultJson.of(file)));
                before = ",";
            }
            parts.add(once(files.isEmpty() ? before + "]" : "]"));
        });
        parts.add(once("}"));
    }

    private static Part once(String text) {
        return later(() -> text);
    }

    /** A text that is created when it is sent. */
    private static Part later(Supplier<String> text) {
        boolean[] sent = {false};
        return () -> {
            boolean first = !sent[0];
            sent[0] = true;
            return first ? text.get().getBytes(StandardCharsets.UTF_8) : new byte[0];
        };
    }

    /** A new response with the same content. */
    LargeResult again() {
        return new LargeResult(result, share);
    }

    Budget.Share share() {
        return share;
    }

    @Override
    byte[] next() {
        while (!parts.isEmpty()) {
            byte[] piece = parts.getFirst().next();
            if (piece.length > 0) {
                return piece;
            }
            parts.removeFirst();
        }
        return END;
    }

    @Override
    void end() {
        parts.clear();
    }
}
