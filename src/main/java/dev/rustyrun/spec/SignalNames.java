package dev.rustyrun.spec;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** Converts between names and numbers of all signals, on x86-64 and AArch64; man 7 signal. */
public final class SignalNames {

    private static final List<String> NAMES = List.of(
            "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM",
            "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF",
            "WINCH", "IO", "PWR", "SYS");
    private static final int FIRST_REAL_TIME = 34;
    private static final int LAST = 64;

    private SignalNames() {}

    /** All names without SIG, except real-time signals. */
    public static List<String> all() {
        return NAMES;
    }

    /** The number of {@code word}: a number, or a name with or without SIG, in any case, including {@code RTMIN+n}. */
    public static OptionalInt number(String word) {
        if (word.matches("[0-9]{1,2}")) {
            return valid(Integer.parseInt(word));
        }
        String name = word.toUpperCase(Locale.ROOT).replaceFirst("^SIG", "");
        if (name.matches("RTMIN(\\+[0-9]{1,2})?")) {
            return valid(FIRST_REAL_TIME + (name.equals("RTMIN") ? 0 : Integer.parseInt(name.substring(6))));
        }
        if (name.matches("RTMAX(-[0-9]{1,2})?")) {
            return valid(LAST - (name.equals("RTMAX") ? 0 : Integer.parseInt(name.substring(6))));
        }
        String known = Optional.of(name)
                .filter(n -> n.equals("IOT"))
                .map(n -> "ABRT")
                .orElse(name.equals("POLL") ? "IO" : name.equals("CLD") ? "CHLD" : name);
        int at = NAMES.indexOf(known);
        return at < 0 ? OptionalInt.empty() : OptionalInt.of(at + 1);
    }

    /** The name of a signal without SIG, such as KILL; {@code RTMIN+n} for a real-time signal. */
    public static String name(int number) {
        return number <= NAMES.size() ? NAMES.get(number - 1) : "RTMIN+" + (number - FIRST_REAL_TIME);
    }

    private static OptionalInt valid(int number) {
        return number >= 0 && number <= LAST ? OptionalInt.of(number) : OptionalInt.empty();
    }
}
