package dev.rustyrun.request;

import dev.rustyrun.spec.ByteSize;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The fields of a command whose whole input comes with the request, and whose output is returned with the response. */
public final class InputRequest {

    @RequestField(
            json = "stdin",
            kind = RequestField.Kind.CONTENT,
            inJson = "The command's whole input.",
            example = "\"text\"")
    private String stdin;

    @RequestField(
            json = "stdinBase64",
            kind = RequestField.Kind.CONTENT,
            inJson = "The input in base64, for data that is not text.",
            example = "\"dGV4dA==\"")
    private String stdinBase64;

    @RequestField(
            json = "maxOutput",
            kind = RequestField.Kind.SIZE,
            inJson = "The maximum size of each output to keep.",
            defaultText = "configured",
            example = "\"64k\"")
    private String maxOutput;

    /**
     * The command's input.
     *
     * @throws FieldException when both fields are set, or the value is not base64
     */
    public byte[] bytes() {
        byte[] text = stdin == null ? new byte[0] : stdin.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = stdinBase64 == null ? new byte[0] : Base64Text.bytes(stdinBase64, "/stdinBase64");
        if (text.length > 0 && bytes.length > 0) {
            throw FieldException.at("/stdinBase64", "stdinBase64 cannot be used together with stdin");
        }
        return text.length > 0 ? text : bytes;
    }

    /** Bytes to keep of each output; empty if not specified. */
    public Optional<Long> maxOutput() {
        return Optional.ofNullable(maxOutput).map(text -> ByteSize.ofOption("maxOutput", text));
    }
}
