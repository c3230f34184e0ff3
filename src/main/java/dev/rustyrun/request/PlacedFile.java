package dev.rustyrun.request;

import java.nio.charset.StandardCharsets;

/** A file that a launch writes before its start. */
public final class PlacedFile {

    private static final int DEFAULT_MODE = 0644;

    @RequestField(
            json = "path",
            inJson = "The path, absolute or relative to the working directory.",
            required = "is missing")
    private String path;

    @RequestField(json = "text", kind = RequestField.Kind.CONTENT, inJson = "The content.")
    private String text;

    @RequestField(
            json = "base64",
            kind = RequestField.Kind.CONTENT,
            inJson = "The content in base64, for data that is not text.")
    private String base64;

    @RequestField(json = "mode", inJson = "The permissions, three octal digits.", defaultText = "0644")
    private String mode;

    PlacedFile() {}

    /** The path in the container. */
    public String path() {
        return path;
    }

    /** The content. */
    public byte[] bytes() {
        return bytes("/base64");
    }

    private byte[] bytes(String pointer) {
        return base64 == null
                ? (text == null ? "" : text).getBytes(StandardCharsets.UTF_8)
                : Base64Text.bytes(base64, pointer);
    }

    /** The permission bits. */
    public int mode() {
        return mode == null ? DEFAULT_MODE : Integer.parseInt(mode, 8);
    }

    void check(String pointer) {
        if (text != null && base64 != null) {
            throw FieldException.at(pointer + "/base64", "base64 cannot be used together with text");
        }
        if (mode != null && !mode.matches("0?[0-7]{3}")) {
            throw FieldException.at(pointer + "/mode", "mode must be three octal digits, such as \"0644\"");
        }
        bytes(pointer + "/base64");
    }
}
