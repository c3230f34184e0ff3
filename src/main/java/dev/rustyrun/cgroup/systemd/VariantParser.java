package dev.rustyrun.cgroup.systemd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Parses a value such as {@code true}, {@code 'text'}, {@code uint64 5}, {@code @t 5} or {@code ['a', 'b']}; a number
 * without a type has 32 bits. It supports the part of GVariant's text format that unit properties need.
 */
final class VariantParser {

    private static final Map<String, String> TYPES = Map.of(
            "boolean", "b", "byte", "y", "int16", "n", "uint16", "q", "int32", "i", "uint32", "u", "int64", "x",
            "uint64", "t", "double", "d", "string", "s");

    private static final int MAX_LENGTH = 4096;

    private final String text;
    private int at;
    private boolean inArray;

    VariantParser(String text) {
        this.text = text;
    }

    /**
     * Parses the value.
     *
     * @throws IllegalArgumentException when the text is not a valid value
     */
    Variant parse() {
        if (text.length() > MAX_LENGTH) {
            throw wrong("is longer than " + MAX_LENGTH + " characters");
        }
        Variant value = value("");
        skipSpace();
        if (at < text.length()) {
            throw wrong("has more text after its value");
        }
        return value;
    }

    /** @param type the required type; empty for any */
    private Variant value(String type) {
        skipSpace();
        if (at >= text.length()) {
            throw wrong("has no value");
        }
        char first = text.charAt(at);
        if (first == '@' && type.isEmpty()) {
            at++;
            String signature = word();
            if (!signature.matches("a?[bynqiuxtds]")) {
                throw wrong("has the type \"" + signature + "\"");
            }
            return value(signature);
        }
        if (first == '[') {
            return array(type);
        }
        if (first == '\'' || first == '"') {
            return typed(type, "s", quoted(first));
        }
        String word = word();
        if (TYPES.containsKey(word) && type.isEmpty()) {
            return value(TYPES.get(word));
        }
        if (word.equals("true") || word.equals("false")) {
            return typed(type, "b", word.equals("true"));
        }
        return number(type, word);
    }

    private Variant array(String type) {
        if (!type.isEmpty() && type.charAt(0) != 'a') {
            throw wrong("is an array, not " + type);
        }
        if (inArray) {
            throw wrong("has an array in an array");
        }
        inArray = true;
        at++;
        String element = type.isEmpty() ? "" : type.substring(1);
        List<Object> values = new ArrayList<>();
        skipSpace();
        while (at < text.length() && text.charAt(at) != ']') {
            Variant value = value(element);
            element = value.type();
            values.add(value.value());
            skipSpace();
            if (at < text.length() && text.charAt(at) == ',') {
                at++;
                skipSpace();
            } else if (at < text.length() && text.charAt(at) != ']') {
                throw wrong("needs a comma");
            }
        }
        if (at >= text.length()) {
            throw wrong("needs a closing ]");
        }
        at++;
        if (element.isEmpty()) {
            throw wrong("is an empty array without a type: write @as []");
        }
        return new Variant("a" + element, List.copyOf(values));
    }

    private Variant number(String type, String word) {
        String wanted = type.isEmpty() ? word.matches("-?[0-9]*\\.[0-9]+") ? "d" : "i" : type;
        try {
            if (wanted.equals("d")) {
                return new Variant("d", Double.valueOf(word));
            }
            boolean negative = word.startsWith("-");
            String digits = negative ? word.substring(1) : word;
            boolean hex = digits.startsWith("0x");
            long value = Long.parseUnsignedLong(hex ? digits.substring(2) : digits, hex ? 16 : 10);
            int bits =
                    switch (wanted) {
                        case "y" -> 8;
                        case "n", "q" -> 16;
                        case "i", "u" -> 32;
                        case "x", "t" -> 64;
                        default -> throw wrong("is not a " + wanted);
                    };
            boolean signed = "nix".contains(wanted);
            int room = signed ? bits - 1 : bits;
            boolean fits = room == 64 || value >>> room == 0 || negative && value == 1L << room;
            if (!fits || negative && !signed) {
                throw wrong("does not fit into " + bits + " bits");
            }
            return new Variant(wanted, negative ? -value : value);
        } catch (NumberFormatException e) {
            throw wrong("is not a value");
        }
    }

    private Variant typed(String wanted, String type, Object value) {
        if (!wanted.isEmpty() && !wanted.equals(type)) {
            throw wrong("is of the type " + type + ", not " + wanted);
        }
        return new Variant(type, value);
    }

    private String quoted(char quote) {
        StringBuilder value = new StringBuilder();
        for (at++; at < text.length() && text.charAt(at) != quote; at++) {
            char c = text.charAt(at);
            if (c == '\\' && at + 1 < text.length()) {
                c = escaped(text.charAt(++at));
            }
            if (c == '\0') {
                throw wrong("has a NUL");
            }
            value.append(c);
        }
        if (at >= text.length()) {
            throw wrong("needs a closing " + quote);
        }
        at++;
        return value.toString();
    }

    private static char escaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 't' -> '\t';
            default -> c;
        };
    }

    private String word() {
        int start = at;
        while (at < text.length() && ",[]'\" \t\n".indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(start, at);
    }

    private void skipSpace() {
        while (at < text.length() && " \t\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException wrong(String why) {
        String shown = text.length() > 80 ? text.substring(0, 80) + "…" : text;
        return new IllegalArgumentException("the value \"" + shown + "\" " + why);
    }
}
