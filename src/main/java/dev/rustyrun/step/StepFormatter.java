package dev.rustyrun.step;

import java.util.List;
import java.util.StringJoiner;

/** Formats lists in the descriptions of steps. */
public final class StepFormatter {

    private StepFormatter() {}

    /** Capability names without their prefix, as capsh(1) prints them, in the kernel's order. */
    static String capabilities(long bits) {
        StringJoiner names = new StringJoiner(",", "{", "}");
        for (var capability : dev.rustyrun.spec.Capability.values()) {
            if ((bits & 1L << capability.ordinal()) != 0) {
                names.add(capability.name().substring("CAP_".length()).toLowerCase(java.util.Locale.ROOT));
            }
        }
        return names.toString();
    }

    /** Arguments as a shell command line. */
    static String shell(List<String> argv) {
        StringJoiner line = new StringJoiner(" ");
        for (String argument : argv) {
            boolean plain = argument.matches("[A-Za-z0-9_@%+=:,./-]+");
            line.add(plain ? argument : "'" + argument.replace("'", "'\\''") + "'");
        }
        return line.toString();
    }

    /** A resource limit; -1 means none. */
    static String limit(long value) {
        return value == -1 ? "unlimited" : Long.toString(value);
    }

    /** Joins two lists of mount options. */
    public static String join(String first, String second) {
        return first.isEmpty() || second.isEmpty() ? first + second : first + "," + second;
    }

    /** Mount options in parentheses; nothing when there are none. */
    public static String options(String options) {
        return options.isEmpty() ? "" : " (" + options + ")";
    }
}
