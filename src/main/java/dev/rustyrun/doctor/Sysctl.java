package dev.rustyrun.doctor;

/** Kernel settings by their names of sysctl(8), such as {@code user.max_user_namespaces}. */
final class Sysctl {

    private Sysctl() {}

    static String value(Machine machine, String name) {
        return machine.line("/proc/sys/" + name.replace('.', '/'));
    }

    static boolean is(Machine machine, String name, String value) {
        return value(machine, name).equals(value);
    }

    /** The command that sets it until the next boot, and where to write it to stay. */
    static String set(String name, String value) {
        return "sysctl -w " + name + "=" + value + " (to stay: a line " + name + "=" + value
                + " in /etc/sysctl.d/rustyrun.conf)";
    }
}
