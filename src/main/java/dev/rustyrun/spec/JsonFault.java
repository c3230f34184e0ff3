package dev.rustyrun.spec;

import dev.rustyrun.linux.Printable;
import java.util.regex.Pattern;

/**
 * Explains to its author why a text is not valid JSON. The library's own messages also name its options and classes,
 * and the source.
 */
public final class JsonFault {

    private static final int MAX_LENGTH = 160;
    private static final String UNNAMED = "it has a syntax error";
    /** The start of the library's own details in a message. */
    private static final Pattern LIBRARY =
            Pattern.compile("(?s):? *(enable `|maybe a \\(non-standard|\\(not recognized as"
                    + "|\\(start marker at|\\(for [A-Za-z-]+ starting at|\\(for root-level|\\[Source| at \\[|\\R).*");

    private static final Pattern LIMIT = Pattern.compile("(?s), from `.*");
    private static final Pattern CODE =
            Pattern.compile("`|\\[Source|StreamRead|DeserializationFeature|com\\.fasterxml|java\\.");

    private JsonFault() {}

    /**
     * The error without its position.
     *
     * @param said the library's message
     */
    public static String of(String said) {
        String own = LIBRARY.matcher(LIMIT.matcher(String.valueOf(said)).replaceFirst(")"))
                .replaceFirst("");
        return own.isBlank() || said == null || CODE.matcher(own).find() ? UNNAMED : Printable.of(own, MAX_LENGTH);
    }

    /** A name from a document for use in a message. */
    public static String shown(String name) {
        return Printable.shown(name);
    }

    /** A name from a document in quotation marks, for use in a message. */
    public static String quoted(String name) {
        return Printable.quoted(name);
    }
}
