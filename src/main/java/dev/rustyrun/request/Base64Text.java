package dev.rustyrun.request;

import java.util.Base64;

/** Bytes in a request's JSON, as base64 with the usual alphabet (RFC 4648, section 4). */
final class Base64Text {

    private Base64Text() {}

    /**
     * The bytes of {@code text}.
     *
     * @param pointer the JSON pointer of the field
     * @throws FieldException when {@code text} is not base64
     */
    static byte[] bytes(String text, String pointer) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            String name = pointer.substring(pointer.lastIndexOf('/') + 1);
            throw FieldException.at(
                    pointer,
                    name
                            + " is not base64: it must consist of A-Z, a-z, 0-9, + and /, in groups of four, with = at the end");
        }
    }
}
