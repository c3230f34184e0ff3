package dev.rustyrun.spec;

import java.util.BitSet;

/** A list of processors or memory nodes such as {@code 0-3,5}; man 7 cpuset, "List format". */
public final class CpuList {

    /** More than the maximum of any kernel (CONFIG_NR_CPUS). */
    private static final int MAX_CPUS = 8192;

    private CpuList() {}

    /**
     * Parses a list.
     *
     * @param what the name of the list in an error, such as {@code cpu.cpus}
     * @throws InvalidSpecException when {@code text} is not such a list
     */
    public static BitSet parse(String what, String text) {
        BitSet numbers = new BitSet();
        int at = 0;
        while (true) {
            int end = endOfNumber(text, at);
            int first = number(what, text, at, end);
            int last = first;
            if (end < text.length() && text.charAt(end) == '-') {
                at = end + 1;
                end = endOfNumber(text, at);
                last = number(what, text, at, end);
            }
            if (last < first) {
                throw wrong(what, text);
            }
            numbers.set(first, last + 1);
            if (end == text.length()) {
                return numbers;
            }
            if (text.charAt(end) != ',') {
                throw wrong(what, text);
            }
            at = end + 1;
        }
    }

    private static int endOfNumber(String text, int from) {
        int end = from;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            end++;
        }
        return end;
    }

    private static int number(String what, String text, int from, int to) {
        if (from == to || to - from > 5) {
            throw wrong(what, text);
        }
        int number = Integer.parseInt(text, from, to, 10);
        if (number >= MAX_CPUS) {
            throw wrong(what, text);
        }
        return number;
    }

    private static InvalidSpecException wrong(String what, String text) {
        return new InvalidSpecException(
                what + " \"" + text + "\" is not a list of numbers below " + MAX_CPUS + " such as 0-3,5");
    }
}
