package dev.rustyrun.spec;

import dev.rustyrun.spec.LinuxSpec.NamespaceType;
import java.util.List;
import java.util.Set;

/** The defaults of a container; runtime-spec config-linux.md, "Default Filesystems". */
public final class SpecDefaults {

    public static final String HOSTNAME = "rustyrun-container";
    public static final String PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    /** File mode creation mask. */
    public static final int UMASK = 0022;

    /** The namespaces that every container gets. A new user or time namespace must be requested. */
    public static final List<NamespaceType> NAMESPACES = List.of(
            NamespaceType.PID,
            NamespaceType.NETWORK,
            NamespaceType.MOUNT,
            NamespaceType.IPC,
            NamespaceType.UTS,
            NamespaceType.CGROUP);

    /** The file systems that every Linux program expects, in mount order. */
    public static final List<Spec.Mount> MOUNTS = List.of(
            new Spec.Mount("/proc", "proc", "proc", List.of("nosuid", "noexec", "nodev")),
            new Spec.Mount("/dev", "tmpfs", "tmpfs", List.of("nosuid", "strictatime", "mode=755", "size=65536k")),
            new Spec.Mount(
                    "/dev/pts",
                    "devpts",
                    "devpts",
                    List.of("nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5")),
            new Spec.Mount(
                    "/dev/shm", "tmpfs", "shm", List.of("nosuid", "noexec", "nodev", "mode=1777", "size=65536k")),
            new Spec.Mount("/dev/mqueue", "mqueue", "mqueue", List.of("nosuid", "noexec", "nodev")),
            new Spec.Mount("/sys", "sysfs", "sysfs", List.of("nosuid", "noexec", "nodev", "ro")));

    /** Files of the kernel that reveal information about the host or give access to it. */
    public static final List<String> MASKED_PATHS = List.of(
            "/proc/acpi",
            "/proc/asound",
            "/proc/interrupts",
            "/proc/kcore",
            "/proc/keys",
            "/proc/latency_stats",
            "/proc/sched_debug",
            "/proc/scsi",
            "/proc/timer_list",
            "/proc/timer_stats",
            "/sys/devices/virtual/powercap",
            "/sys/firmware");

    /** Files of the kernel that configure the host. */
    public static final List<String> READONLY_PATHS =
            List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

    /** The sets for {@link Capability#DEFAULTS}; inheritable is empty because of CVE-2022-29162. */
    public static final Spec.Capabilities CAPABILITIES =
            new Spec.Capabilities(Capability.DEFAULTS, Capability.DEFAULTS, Capability.DEFAULTS, Set.of(), Set.of());

    private SpecDefaults() {}
}
