package dev.rustyrun.spec;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A container, as in {@code config.json} of the OCI runtime specification: the parts that Rustyrun acts on. Immutable.
 * Component names are the specification's.
 *
 * @param process what runs in it
 * @param root its root file system
 * @param hostname of its UTS namespace
 * @param mounts in the order in which they are mounted
 * @param linux namespaces and paths
 * @param annotations free-form; {@link #INIT_ANNOTATION} is ours
 */
public record Spec(Process process, Root root, String hostname, List<Mount> mounts, Linux linux,
        Map<String, String> annotations) {

    /** Set to {@code true}, keeps a small reaper as PID 1 that starts the command, as {@code docker run --init} does. */
    public static final String INIT_ANNOTATION = "dev.rustyrun.init";

    public Spec {
        mounts = List.copyOf(mounts);
        annotations = Map.copyOf(annotations);
    }

    /** Whether a reaper of ours is PID 1. */
    public boolean wantsReaper() {
        return "true".equals(annotations.get(INIT_ANNOTATION));
    }

    /**
     * config.md, "process".
     *
     * @param terminal whether it gets a pseudo-terminal
     * @param user as whom it runs
     * @param args the program and its arguments; the program is looked up in the container's PATH
     * @param env {@code NAME=value} each
     * @param cwd absolute path inside the container, made when missing
     * @param capabilities its capability sets
     * @param noNewPrivileges whether no execve may grant more privileges
     */
    public record Process(boolean terminal, User user, List<String> args, List<String> env, String cwd,
            Capabilities capabilities, boolean noNewPrivileges) {
        public Process {
            args = List.copyOf(args);
            env = List.copyOf(env);
        }
    }

    /** config.md, "POSIX-platform user": numeric ids inside the container. */
    public record User(int uid, int gid, List<Integer> additionalGids, int umask) {
        public User {
            additionalGids = List.copyOf(additionalGids);
        }
    }

    /** config.md, "capabilities": the sets by name, such as {@code CAP_KILL}; man 7 capabilities. */
    public record Capabilities(Set<Capability> bounding, Set<Capability> effective, Set<Capability> permitted,
            Set<Capability> inheritable) {
        public Capabilities {
            bounding = Set.copyOf(bounding);
            effective = Set.copyOf(effective);
            permitted = Set.copyOf(permitted);
            inheritable = Set.copyOf(inheritable);
        }
    }

    /** config.md, "root": an absolute host path, and whether it is mounted read-only. */
    public record Root(String path, boolean readonly) {
    }

    /**
     * config.md, "mounts".
     *
     * @param destination absolute path inside the container
     * @param type of file system, such as {@code proc}; {@code bind} for a bind mount
     * @param source device, label, or host path of a bind mount
     * @param options as of mount(8), see {@link MountOptions}
     */
    public record Mount(String destination, String type, String source, List<String> options) {
        public Mount {
            options = List.copyOf(options);
        }
    }

    /**
     * config-linux.md.
     *
     * @param namespaces those that are new
     * @param maskedPaths made unreadable inside the container
     * @param readonlyPaths made read-only inside the container
     */
    public record Linux(Set<Namespace> namespaces, List<String> maskedPaths, List<String> readonlyPaths) {
        public Linux {
            namespaces = Set.copyOf(namespaces);
            maskedPaths = List.copyOf(maskedPaths);
            readonlyPaths = List.copyOf(readonlyPaths);
        }
    }

    /** config-linux.md, "namespaces", by the specification's type names in upper case. */
    public enum Namespace {
        PID, NETWORK, MOUNT, IPC, UTS, CGROUP
    }
}
