package dev.rustyrun.doctor;

/** Kernel settings by their sysctl(8) names, such as {@code user.max_user_namespaces}. */
final class Sysctl {

    private Sysctl() {}

    static String value(Machine machine, String name) {
        return machine.line("/proc/sys/" + name.replace('.', '/'));
    }

    static boolean is(Machine machine, String name, String value) {
        return value(machine, name).equals(value);
    }

    /** The command that sets it until the next boot, and the file that makes it permanent. */
    static String set(String name, String value) {
        return "sysctl -w " + name + "=" + value + " (to make it permanent: a line " + name + "=" + value
                + " in /etc/sysctl.d/rustyrun.conf)";
    }
}
