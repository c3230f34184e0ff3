package dev.rustyrun.spec;

import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import java.util.Optional;
import java.util.Set;

/**
 * The name of a kernel parameter; man 8 sysctl. Its parts are separated by dots or slashes. The first separator
 * decides, and the other character is then part of a name, as in {@code net/ipv4/conf/eth0.100/forwarding}.
 *
 * @param path below {@code /proc/sys}
 */
public record SysctlName(String path) {

    /** Parameters of the IPC namespace; man 7 ipc_namespaces. */
    private static final Set<String> OF_IPC = Set.of(
            "kernel/msgmax",
            "kernel/msgmnb",
            "kernel/msgmni",
            "kernel/sem",
            "kernel/shmall",
            "kernel/shmmax",
            "kernel/shmmni",
            "kernel/shm_rmid_forced");

    /**
     * Parses {@code name}.
     *
     * @throws InvalidSpecException when it is not a valid name
     */
    public static SysctlName parse(String name) {
        if (!name.matches("[A-Za-z0-9_-]+([./][A-Za-z0-9_-]+)+")) {
            throw new InvalidSpecException("sysctl \"" + name + "\" is not a dotted name");
        }
        int slash = name.indexOf('/');
        int dot = name.indexOf('.');
        if (dot < 0 || slash >= 0 && slash < dot) {
            return new SysctlName(name);
        }
        StringBuilder path = new StringBuilder(name);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            path.setCharAt(i, c == '.' ? '/' : c == '/' ? '.' : c);
        }
        return new SysctlName(path.toString());
    }

    /** The type of the namespace to which it belongs; empty for a parameter of the whole host. */
    public Optional<NamespaceType> owner() {
        if (path.startsWith("net/")) {
            return Optional.of(NamespaceType.NETWORK);
        }
        if (path.startsWith("fs/mqueue/") || OF_IPC.contains(path)) {
            return Optional.of(NamespaceType.IPC);
        }
        return path.equals("kernel/domainname") ? Optional.of(NamespaceType.UTS) : Optional.empty();
    }
}
