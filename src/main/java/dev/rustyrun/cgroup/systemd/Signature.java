package dev.rustyrun.cgroup.systemd;

import java.util.ArrayList;
import java.util.List;

/** The types of a message's values, one letter each, with brackets; D-Bus Specification, "Type System". */
final class Signature {

    /** The specification's limits: 255 bytes, and a nesting depth of 32 for arrays and for structs. */
    private static final int MAX_LENGTH = 255;

    private static final int MAX_DEPTH = 32;

    private Signature() {}

    /**
     * Splits {@code signature} into complete types.
     *
     * @throws SystemdException when it is not a valid signature
     */
    static List<String> split(String signature) {
        if (signature.length() > MAX_LENGTH) {
            throw new SystemdException("a signature of " + signature.length() + " bytes");
        }
        List<String> types = new ArrayList<>();
        for (int at = 0; at < signature.length(); ) {
            int end = end(signature, at, 0);
            types.add(signature.substring(at, end));
            at = end;
        }
        return types;
    }

    /** The end of the type that begins at {@code at}. */
    private static int end(String signature, int at, int depth) {
        if (at >= signature.length() || depth > MAX_DEPTH) {
            throw wrong(signature);
        }
        char letter = signature.charAt(at);
        if (letter == 'a') {
            return end(signature, at + 1, depth + 1);
        }
        if (letter != '(' && letter != '{') {
            if ("ybnqiuxtdhsogv".indexOf(letter) < 0) {
                throw wrong(signature);
            }
            return at + 1;
        }
        char closing = letter == '(' ? ')' : '}';
        int next = at + 1;
        while (next < signature.length() && signature.charAt(next) != closing) {
            next = end(signature, next, depth + 1);
        }
        if (next >= signature.length() || next == at + 1) {
            throw wrong(signature);
        }
        return next + 1;
    }

    /** The alignment of a type's values, in bytes. */
    static int alignment(char letter) {
        return switch (letter) {
            case 'n', 'q' -> 2;
            case 'b', 'i', 'u', 'h', 's', 'o', 'a' -> 4;
            case 'x', 't', 'd', '(', '{' -> 8;
            default -> 1;
        };
    }

    private static SystemdException wrong(String signature) {
        return new SystemdException("\"" + signature + "\" is not a signature");
    }
}
