package dev.rustyrun.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** The answer that tells a result with much output, made as it is sent. */
final class LargeResult extends StreamedAnswer {

    private final RunResult result;
    private final Budget.Share share;
    private final Deque<Part> parts = new ArrayDeque<>();

    private interface Part {
        /** Empty at its end. */
        byte[] next();
    }

    /** @param share that counts what the result holds */
    LargeResult(RunResult result, Budget.Share share) {
        this.result = result;
        this.share = share;
        ObjectNode rest = result.withoutOutputs();
        String text = rest.toString();
        parts.add(once(text.substring(0, text.length() - 1) + ",\"stdout\":"));
        parts.add(new OutputJson(result.captured().orElseThrow().out())::next);
        parts.add(once(",\"stderr\":"));
        parts.add(new OutputJson(result.captured().orElseThrow().err())::next);
        parts.add(once("}"));
    }

    private static Part once(String text) {
        byte[][] left = {text.getBytes(StandardCharsets.UTF_8)};
        return () -> {
            byte[] bytes = left[0];
            left[0] = new byte[0];
            return bytes;
        };
    }

    /** The same from its beginning. */
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
