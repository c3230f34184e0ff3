package dev.rustyrun.image;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * An authentication challenge of a server: one entry of a WWW-Authenticate header; RFC 9110, section 11.6.1.
 *
 * @param scheme in lower case, such as bearer
 * @param parameters by their names in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {

    private static final String SEPARATORS = " \t,=\"";

    /** Parses the headers; malformed parts are ignored. */
    static List<Challenge> parse(List<String> headers) {
        List<Challenge> all = new ArrayList<>();
        headers.forEach(header -> new Parser(header, all).parse());
        return all;
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    private static final class Parser {

        private final String text;
        private final List<Challenge> all;
        private int at;

        Parser(String text, List<Challenge> all) {
            this.text = text;
            this.all = all;
        }

        void parse() {
            Challenge current = null;
            while (skip(" \t,") < text.length()) {
                String word = word();
                int after = at;
                if (word.isEmpty()) {
                    // No name begins here, so one character is skipped.
                    at++;
                } else if (skip(" \t") < text.length() && text.charAt(at) == '=' && current != null) {
                    at++;
                    skip(" \t");
                    current.parameters.putIfAbsent(word.toLowerCase(Locale.ROOT), value());
                } else {
                    at = after;
                    current = new Challenge(word.toLowerCase(Locale.ROOT), new LinkedHashMap<>());
                    all.add(current);
                }
            }
        }

        private int skip(String characters) {
            while (at < text.length() && characters.indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            return at;
        }

        private String word() {
            int start = at;
            while (at < text.length() && SEPARATORS.indexOf(text.charAt(at)) < 0) {
                at++;
            }
            return text.substring(start, at);
        }

        private String value() {
            if (at >= text.length() || text.charAt(at) != '"') {
                return word();
            }
            StringBuilder value = new StringBuilder();
            for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at));
            }
            at++;
            return value.toString();
        }
    }
}
