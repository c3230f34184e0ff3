package dev.rustyrun.http;

import dev.rustyrun.linux.WindowSize;
import java.nio.charset.StandardCharsets;

/**
 * The first message to {@code /v1/containers/{id}/exec/attach}. Its command has no input but what comes after it, and all of
 * its output goes out.
 *
 * @param size of its terminal
 */
record AttachedExecRequest(ExecRequest exec, boolean tty, WindowSize size) {

    /**
     * Reads {@code text}.
     *
     * @throws ProblemException for the first thing that is wrong
     */
    static AttachedExecRequest read(String text, Limits limits) {
        JsonRequest json = JsonRequest.parse(text.getBytes(StandardCharsets.UTF_8));
        AttachedExecRequest request = new AttachedExecRequest(
                ExecRequest.read(json, new byte[0], limits.longestTimeoutMillis(json.number("timeoutSeconds")), 0),
                json.flag("tty"),
                json.windowSize());
        json.end();
        return request;
    }
}
