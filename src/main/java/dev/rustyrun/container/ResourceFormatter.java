package dev.rustyrun.container;

import dev.rustyrun.spec.Resources;
import java.util.StringJoiner;

/** Formats resource limits for people. */
final class ResourceFormatter {

    private static final String[] UNITS = {"bytes", "KiB", "MiB", "GiB", "TiB"};

    private ResourceFormatter() {}

    /** The most important limits that are set, each after a comma. */
    static String of(Resources resources) {
        StringJoiner words = new StringJoiner("");
        add(words, "memory", resources.memory().limit(), true);
        add(words, "memory and swap", resources.memory().swap(), true);
        add(words, "processes", resources.pids(), false);
        add(words, "cpu shares", resources.cpu().shares(), false);
        if (resources.cpu().quota() > 0) {
            long period = resources.cpu().period() == Resources.UNSET
                    ? 100_000
                    : resources.cpu().period();
            words.add(", cpus " + (double) resources.cpu().quota() / period);
        }
        if (!resources.cpu().cpus().isEmpty()) {
            words.add(", on cpus " + resources.cpu().cpus());
        }
        if (!resources.devices().isEmpty()) {
            words.add(", " + resources.devices().size() + " device rules");
        }
        return words.toString();
    }

    private static void add(StringJoiner words, String what, long value, boolean bytes) {
        if (value != Resources.UNSET) {
            String limit = value == Resources.UNLIMITED ? "unlimited" : bytes ? bytes(value) : Long.toString(value);
            words.add(", " + what + " " + limit);
        }
    }

    /** A number of bytes in the largest unit that divides it. */
    static String bytes(long bytes) {
        long value = bytes;
        int unit = 0;
        while (value >= 1024 && value % 1024 == 0 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return value + " " + UNITS[unit];
    }

    /** The reason for a command that failed because it could start no other process. */
    static String processLimitReached(long limit) {
        return "the container reached its process limit (" + limit + "); raise --pids-limit";
    }
}
