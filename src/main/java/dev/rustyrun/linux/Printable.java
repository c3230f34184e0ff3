package dev.rustyrun.linux;

/**
 * Makes text safe for a message, a table or a log. Names and words from callers, containers and files may contain
 * anything: characters that control a terminal (control characters, changes of the writing direction) are shown as
 * {@code \x1b} or {@code \u202e}, and a long text is cut in its middle.
 */
public final class Printable {

    private static final int MAX_LINE = 2000;
    private static final int MAX_NAME = 200;

    private Printable() {}

    /** A message as one line. */
    public static String line(String text) {
        return of(text.replace('\n', ' ').replace('\t', ' '), MAX_LINE);
    }

    /** A name for use in a message. */
    public static String shown(String name) {
        return of(name, MAX_NAME);
    }

    /** A name in quotation marks, for use in a message. */
    public static String quoted(String name) {
        return "\"" + shown(name) + "\"";
    }

    /** The text, cut to {@code most} characters or slightly more. */
    public static String of(String text, int most) {
        return escaped(cut(text, most));
    }

    /** The whole text, whatever its length. */
    public static String escaped(String text) {
        for (int at = 0; at < text.length(); at += Character.charCount(text.codePointAt(at))) {
            if (mustEscape(text.codePointAt(at))) {
                return escapedFrom(text, at);
            }
        }
        return text;
    }

    private static String escapedFrom(String text, int start) {
        StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, start);
        for (int at = start; at < text.length(); ) {
            int c = text.codePointAt(at);
            if (!mustEscape(c)) {
                shown.appendCodePoint(c);
            } else if (c == '\n') {
                shown.append("\\n");
            } else {
                shown.append(c < 0x100 ? "\\x" : "\\u").append(hex(c, c < 0x100 ? 2 : 4));
            }
            at += Character.charCount(c);
        }
        return shown.toString();
    }

    private static String hex(int c, int digits) {
        String hex = Integer.toHexString(c);
        return "0".repeat(Math.max(0, digits - hex.length())) + hex;
    }

    private static boolean mustEscape(int c) {
        if (c < 0x7f) {
            return c < ' ';
        }
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = text.length() - most / 3;
        int start = most - most / 3;
        if (Character.isHighSurrogate(text.charAt(start - 1))) {
            start--;
        }
        if (Character.isLowSurrogate(text.charAt(end))) {
            end++;
        }
        return text.substring(0, start) + "… (" + (end - start) + " characters) …" + text.substring(end);
    }
}
