package dev.rustyrun.http;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * The body of {@code POST /v1/run}.
 *
 * @param stdin the command's whole input
 * @param maxOutput bytes of each output to keep
 */
record RunRequest(LaunchRequest launch, byte[] stdin, int maxOutput) {

    /**
     * Reads {@code body}.
     *
     * @throws ProblemException for the first thing that is wrong
     */
    static RunRequest read(byte[] body, Limits limits) {
        JsonRequest json = JsonRequest.parse(body);
        LaunchRequest launch = LaunchRequest.read(json);
        RunRequest request = new RunRequest(launch, stdin(json), limits.output(json, "maxOutput"));
        json.end();
        return request;
    }

    /** The input that {@code json} gives, as text or in base64; none when it gives none. */
    static byte[] stdin(JsonRequest json) {
        byte[] text = json.content("stdin").orElse("").getBytes(StandardCharsets.UTF_8);
        byte[] bytes =
                json.content("stdinBase64").map(base64 -> decode(json, base64)).orElse(new byte[0]);
        if (text.length > 0 && bytes.length > 0) {
            throw json.wrong("stdinBase64", "cannot be there together with stdin");
        }
        return text.length > 0 ? text : bytes;
    }

    private static byte[] decode(JsonRequest json, String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw json.wrong("stdinBase64", "is not base64: " + e.getMessage());
        }
    }
}
