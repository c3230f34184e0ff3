package dev.rustyrun.spec;

/**
 * A network device of the host that is moved to a container; runtime-spec config-linux.md, "Network Devices".
 *
 * @param host its name on the host
 * @param name its name in the container
 */
public record NetDevice(String host, String name) {

    private static final int IFNAMSIZ = 16;

    /** Whether {@code name} is a valid device name; the kernel's dev_valid_name. */
    public static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() < IFNAMSIZ
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().allMatch(c -> c > ' ' && c <= '~' && c != '/' && c != ':' && c != '%');
    }
}
