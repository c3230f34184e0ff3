package dev.rustyrun.container.files;

/** A pattern with {@code *} for any characters and {@code ?} for one; man 7 glob, without bracket expressions. */
final class Glob {

    private Glob() {}

    /** Whether {@code name} has wildcards. */
    static boolean isPattern(String name) {
        return name.indexOf('*') >= 0 || name.indexOf('?') >= 0;
    }

    /** Whether {@code name} matches {@code pattern}. A leading dot must be matched explicitly. */
    static boolean matches(String pattern, String name) {
        if (name.startsWith(".") && !pattern.startsWith(".")) {
            return false;
        }
        int p = 0;
        int n = 0;
        int star = -1;
        int from = 0;
        // Only the last star is retried, so the time is at most proportional to the product of both lengths.
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                from = n;
            } else if (p < pattern.length() && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++from;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
