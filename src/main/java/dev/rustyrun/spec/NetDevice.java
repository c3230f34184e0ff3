package dev.rustyrun.spec;

/**
 * A network device of the host's that a container takes over; runtime-spec config-linux.md, "Network Devices".
 *
 * @param host its name on the host
 * @param name its name in the container
 */
public record NetDevice(String host, String name) {

    private static final int IFNAMSIZ = 16;

    /** Whether {@code name} can be a device's; the kernel's dev_valid_name. */
    public static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() < IFNAMSIZ
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().allMatch(c -> c > ' ' && c <= '~' && c != '/' && c != ':' && c != '%');
    }
}
