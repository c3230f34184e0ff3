package dev.rustyrun.doctor;

import java.util.function.Predicate;

/**
 * This process, as {@code /proc/self/status} describes it; man 5 proc.
 *
 * @param uid effective user id
 * @param capabilities effective ones, bit n for capability n
 * @param seccompMode 0 none, 1 strict, 2 a filter; -1 when the kernel has no seccomp
 * @param noNewPrivileges whether setuid programs gain nothing
 */
record Self(int uid, long capabilities, int seccompMode, boolean noNewPrivileges) {

    static Self on(Machine machine) {
        String status = machine.text("/proc/self/status")
                .orElseThrow(() -> new IllegalStateException("/proc/self/status cannot be read: is /proc mounted?"));
        return new Self(
                Integer.parseInt(value(status, "Uid", "0 0").split("\\s+")[1]),
                Long.parseUnsignedLong(value(status, "CapEff", "0"), 16),
                Integer.parseInt(value(status, "Seccomp", "-1")),
                value(status, "NoNewPrivs", "0").equals("1"));
    }

    private static String value(String status, String name, String otherwise) {
        Predicate<String> ours = line -> line.startsWith(name + ":");
        return status.lines()
                .filter(ours)
                .findFirst()
                .map(line -> line.substring(name.length() + 1).strip())
                .orElse(otherwise);
    }

    /** Whether containers are created as root; any other user needs a user namespace for it. */
    boolean isRoot() {
        return uid == 0;
    }

    boolean has(int capability) {
        return (capabilities >>> capability & 1) == 1;
    }

    /** The level of a problem that only affects users other than root. */
    Answer withoutRoot(String fact, String advice) {
        return isRoot() ? Answer.warn(fact, advice) : Answer.fail(fact, advice);
    }
}
