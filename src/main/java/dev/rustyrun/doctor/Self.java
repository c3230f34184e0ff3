package dev.rustyrun.doctor;

import java.util.function.Predicate;

/**
 * This process, as {@code /proc/self/status} describes it; man 5 proc.
 *
 * @param uid effective user id
 * @param capabilities effective set; bit n is capability n
 * @param seccompMode 0 disabled, 1 strict, 2 filter; -1 if the kernel has no seccomp
 * @param noNewPrivileges whether no_new_privs is set: setuid programs gain no privileges
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

    /** Whether containers are created as root; other users need a user namespace. */
    boolean isRoot() {
        return uid == 0;
    }

    boolean has(int capability) {
        return (capabilities >>> capability & 1) == 1;
    }

    /** The answer for a problem that only affects users other than root. */
    Answer withoutRoot(String fact, String advice) {
        return isRoot() ? Answer.warn(fact, advice) : Answer.fail(fact, advice);
    }
}
