package dev.rustyrun.spec;

import dev.rustyrun.linux.CloneFlag;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * config-linux.md: the Linux-specific part of a container's configuration.
 *
 * @param namespaces namespaces that are new or joined; all others are the caller's
 * @param uidMappings user id mappings of a new user namespace
 * @param gidMappings group id mappings of a new user namespace
 * @param timeOffsets clock offsets of a new time namespace
 * @param devices device files besides the default ones
 * @param sysctl kernel parameters by dotted name
 * @param cgroupsPath path of its cgroup: absolute, relative, or empty to let Rustyrun choose
 * @param resources its resource limits
 * @param rootfsPropagation {@code private}, {@code slave}, {@code shared} or {@code unbindable}, optionally prefixed
 *     with r; empty for {@code private}
 * @param seccomp its system call filter
 * @param maskedPaths paths that are made unreadable inside the container
 * @param readonlyPaths paths that are made read-only inside the container
 * @param mountLabel SELinux context of its mounts; empty for none
 * @param personality {@code LINUX} or {@code LINUX32}, man 2 personality; empty to leave it unchanged
 * @param memoryPolicy the memory nodes from which it allocates
 * @param netDevices network devices of the host that are moved to its network namespace
 */
public record LinuxSpec(
        List<Namespace> namespaces,
        List<IdMapping> uidMappings,
        List<IdMapping> gidMappings,
        List<TimeOffset> timeOffsets,
        List<Device> devices,
        Map<String, String> sysctl,
        String cgroupsPath,
        Resources resources,
        String rootfsPropagation,
        SeccompSetting seccomp,
        List<String> maskedPaths,
        List<String> readonlyPaths,
        String mountLabel,
        String personality,
        MemoryPolicy memoryPolicy,
        List<NetDevice> netDevices) {

    public LinuxSpec {
        namespaces = List.copyOf(namespaces);
        uidMappings = List.copyOf(uidMappings);
        gidMappings = List.copyOf(gidMappings);
        timeOffsets = List.copyOf(timeOffsets);
        devices = List.copyOf(devices);
        sysctl = Map.copyOf(sysctl);
        netDevices = List.copyOf(netDevices);
        maskedPaths = List.copyOf(maskedPaths);
        readonlyPaths = List.copyOf(readonlyPaths);
    }

    /** A builder with the values of this. */
    public Builder copy() {
        return new Builder()
                .namespaces(namespaces)
                .uidMappings(uidMappings)
                .gidMappings(gidMappings)
                .timeOffsets(timeOffsets)
                .devices(devices)
                .sysctl(sysctl)
                .cgroupsPath(cgroupsPath)
                .resources(resources)
                .rootfsPropagation(rootfsPropagation)
                .seccomp(seccomp)
                .maskedPaths(maskedPaths)
                .readonlyPaths(readonlyPaths)
                .mountLabel(mountLabel)
                .personality(personality)
                .memoryPolicy(memoryPolicy)
                .netDevices(netDevices);
    }

    /** The namespace of this type that the container creates or joins; empty when it stays in the caller's. */
    public Optional<Namespace> namespace(NamespaceType type) {
        for (Namespace namespace : namespaces) {
            if (namespace.type() == type) {
                return Optional.of(namespace);
            }
        }
        return Optional.empty();
    }

    /** Whether the container gets a new namespace of this type. */
    public boolean isNew(NamespaceType type) {
        Optional<Namespace> namespace = namespace(type);
        return namespace.isPresent() && namespace.get().isNew();
    }

    /** Whether the container enters an existing namespace of this type, by its path. */
    public boolean isJoined(NamespaceType type) {
        return has(type) && !isNew(type);
    }

    /** Whether the container is in a namespace of this type other than the caller's. */
    public boolean has(NamespaceType type) {
        return namespace(type).isPresent();
    }

    /**
     * config-linux.md, "Namespaces".
     *
     * @param path path of an existing namespace to join, such as {@code /proc/4711/ns/net}; empty for a new one
     */
    public record Namespace(NamespaceType type, String path) {
        public boolean isNew() {
            return path.isEmpty();
        }
    }

    /** The types of namespaces; the specification's names are in lower case; man 7 namespaces. */
    public enum NamespaceType {
        USER(CloneFlag.CLONE_NEWUSER),
        PID(CloneFlag.CLONE_NEWPID),
        NETWORK(CloneFlag.CLONE_NEWNET),
        MOUNT(CloneFlag.CLONE_NEWNS),
        IPC(CloneFlag.CLONE_NEWIPC),
        UTS(CloneFlag.CLONE_NEWUTS),
        CGROUP(CloneFlag.CLONE_NEWCGROUP),
        TIME(CloneFlag.CLONE_NEWTIME);

        private final int flag;

        NamespaceType(CloneFlag flag) {
            this.flag = flag.value();
        }

        /** The specification's name. */
        public String word() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }

        /** The name of the type's file below {@code /proc/PID/ns}. */
        public String file() {
            return this == NETWORK ? "net" : this == MOUNT ? "mnt" : word();
        }

        /** The kernel's flag for it, CLONE_NEW…; man 7 namespaces. */
        public int flag() {
            return flag;
        }
    }

    /**
     * config-linux.md, "Time offsets": the offset between a clock of a new time namespace and the host's.
     *
     * @param clock {@code monotonic} or {@code boottime}
     */
    public record TimeOffset(String clock, long seconds, int nanoseconds) {}

    /**
     * config-linux.md, "Devices".
     *
     * @param path absolute, inside the container
     * @param type {@code c} or {@code u} for a character device, {@code b} for a block device, {@code p} for a FIFO
     * @param fileMode permission bits
     * @param source path on the host, for a container that can only show the host's device
     */
    public record Device(
            String path, String type, int major, int minor, int fileMode, int uid, int gid, String source) {

        /** A device with the same path on the host. */
        public Device(String path, String type, int major, int minor, int fileMode, int uid, int gid) {
            this(path, type, major, minor, fileMode, uid, gid, path);
        }

        public boolean isBlock() {
            return type.equals("b");
        }
    }

    /** Builds a LinuxSpec: a method for each component, with its name. */
    public static final class Builder {

        private List<Namespace> namespaces = List.of();
        private List<IdMapping> uidMappings = List.of();
        private List<IdMapping> gidMappings = List.of();
        private List<TimeOffset> timeOffsets = List.of();
        private List<Device> devices = List.of();
        private Map<String, String> sysctl = Map.of();
        private String cgroupsPath = "";
        private Resources resources = Resources.none();
        private String rootfsPropagation = "";
        private SeccompSetting seccomp = new SeccompSetting.Unconfined();
        private List<String> maskedPaths = List.of();
        private List<String> readonlyPaths = List.of();
        private String mountLabel = "";
        private String personality = "";
        private MemoryPolicy memoryPolicy = MemoryPolicy.INHERITED;
        private List<NetDevice> netDevices = List.of();

        /** A copy of what was set so far. */
        public LinuxSpec build() {
            return new LinuxSpec(
                    namespaces,
                    uidMappings,
                    gidMappings,
                    timeOffsets,
                    devices,
                    sysctl,
                    cgroupsPath,
                    resources,
                    rootfsPropagation,
                    seccomp,
                    maskedPaths,
                    readonlyPaths,
                    mountLabel,
                    personality,
                    memoryPolicy,
                    netDevices);
        }

        public Builder namespaces(List<Namespace> value) {
            namespaces = value;
            return this;
        }

        public Builder uidMappings(List<IdMapping> value) {
            uidMappings = value;
            return this;
        }

        public Builder gidMappings(List<IdMapping> value) {
            gidMappings = value;
            return this;
        }

        public Builder timeOffsets(List<TimeOffset> value) {
            timeOffsets = value;
            return this;
        }

        public Builder devices(List<Device> value) {
            devices = value;
            return this;
        }

        public Builder sysctl(Map<String, String> value) {
            sysctl = value;
            return this;
        }

        public Builder cgroupsPath(String value) {
            cgroupsPath = value;
            return this;
        }

        public Builder resources(Resources value) {
            resources = value;
            return this;
        }

        public Builder rootfsPropagation(String value) {
            rootfsPropagation = value;
            return this;
        }

        public Builder seccomp(SeccompSetting value) {
            seccomp = value;
            return this;
        }

        public Builder maskedPaths(List<String> value) {
            maskedPaths = value;
            return this;
        }

        public Builder readonlyPaths(List<String> value) {
            readonlyPaths = value;
            return this;
        }

        public Builder mountLabel(String value) {
            mountLabel = value;
            return this;
        }

        public Builder personality(String value) {
            personality = value;
            return this;
        }

        public Builder memoryPolicy(MemoryPolicy value) {
            memoryPolicy = value;
            return this;
        }

        public Builder netDevices(List<NetDevice> value) {
            netDevices = value;
            return this;
        }
    }
}
