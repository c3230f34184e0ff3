package dev.rustyrun.seccomp;

import static dev.rustyrun.spec.Seccomp.Action.ALLOW;
import static dev.rustyrun.spec.Seccomp.Action.ERRNO;

import dev.rustyrun.linux.CloneFlag;
import dev.rustyrun.spec.Capability;
import dev.rustyrun.spec.Seccomp;
import dev.rustyrun.spec.Seccomp.Arg;
import dev.rustyrun.spec.Seccomp.Operator;
import dev.rustyrun.spec.Seccomp.Rule;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Rustyrun's own profile, for containers that name none. Calls that programs need are allowed, calls that administer
 * the machine need the capability for it, and everything else returns EPERM. It allows what docker's default profile
 * allows. For two calls it compares only the half of an argument that the kernel uses, because a 64-bit comparison
 * could be bypassed.
 */
public final class DefaultProfile {

    /** Must be increased with every change of the profile: compiled filters are cached under it. */
    static final int VERSION = 1;
    /** Flags for the installation; without SPEC_ALLOW, kernels before 5.16 slow down every process with a filter. */
    static final int FLAGS = Seccomp.Flag.SPEC_ALLOW.value();

    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int AF_VSOCK = 40;
    private static final int TIOCSTI = 0x5412;
    /** The forbidden flags of clone(2): a new namespace would grant capabilities that the container does not have. */
    private static final long NEW_NAMESPACES = newNamespaces();
    /** PER_LINUX and PER_LINUX32, each also with UNAME26, and the query of the current one; man 2 personality. */
    private static final List<Long> PERSONALITIES = List.of(0L, 8L, 0x20000L, 0x20008L, 0xffffffffL);

    private final Set<Capability> capabilities;
    private final List<Rule> rules = new ArrayList<>(96);

    private DefaultProfile(Set<Capability> capabilities) {
        this.capabilities = capabilities;
    }

    /** The profile for a container with the bounding set {@code capabilities} on a machine of this architecture. */
    public static Seccomp of(Set<Capability> capabilities, Seccomp.Arch arch) {
        DefaultProfile profile = new DefaultProfile(capabilities);
        profile.allow(PlainCalls.NAMES);
        profile.allow(PlainCalls.ofMachine(arch));
        profile.allowByArgument();
        profile.allowByCapability();
        profile.cloning();
        return new Seccomp(
                ERRNO,
                OptionalInt.of(EPERM),
                architectures(arch),
                List.of(Seccomp.Flag.SPEC_ALLOW),
                "",
                "",
                profile.rules);
    }

    /**
     * The flags of clone(2) for namespaces. CLONE_NEWTIME is not one of them: its bit is part of the signal number
     * there.
     */
    private static long newNamespaces() {
        long flags = 0;
        for (CloneFlag flag : CloneFlag.values()) {
            flags |= flag == CloneFlag.CLONE_NEWTIME ? 0 : flag.value();
        }
        return flags;
    }

    private static List<Seccomp.Arch> architectures(Seccomp.Arch arch) {
        return switch (arch) {
            case X86_64 -> List.of(Seccomp.Arch.X86_64, Seccomp.Arch.X86, Seccomp.Arch.X32);
            case AARCH64 -> List.of(Seccomp.Arch.AARCH64, Seccomp.Arch.ARM);
            default -> List.of(arch);
        };
    }

    private void allowByArgument() {
        for (long personality : PERSONALITIES) {
            allow("personality", new Arg(0, personality, 0, Operator.EQ));
        }
        // A vsock reaches the host regardless of network namespaces. TIOCSTI types into the caller's terminal.
        allowUnless("socket", 0, AF_VSOCK);
        allowUnless("ioctl", 1, TIOCSTI);
    }

    /**
     * Allows a call unless the lower 32 bits of an argument equal {@code value}; they are unequal if at least one bit
     * differs. The kernel reads these arguments as an int, so a 64-bit comparison could be bypassed by setting a higher
     * bit.
     */
    private void allowUnless(String name, int argument, int value) {
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            long mask = 1L << bit;
            allow(name, new Arg(argument, mask, ~value & mask, Operator.MASKED_EQ));
        }
    }

    private void allowByCapability() {
        with(Capability.CAP_DAC_READ_SEARCH, "open_by_handle_at");
        with(
                Capability.CAP_SYS_ADMIN,
                "bpf",
                "clone",
                "clone3",
                "fanotify_init",
                "fsconfig",
                "fsmount",
                "fsopen",
                "fspick",
                "lookup_dcookie",
                "lsm_get_self_attr",
                "lsm_list_modules",
                "lsm_set_self_attr",
                "mount",
                "mount_setattr",
                "move_mount",
                "open_tree",
                "perf_event_open",
                "quotactl",
                "quotactl_fd",
                "setdomainname",
                "sethostname",
                "setns",
                "syslog",
                "umount",
                "umount2",
                "unshare");
        with(Capability.CAP_SYS_BOOT, "reboot");
        with(Capability.CAP_SYS_CHROOT, "chroot");
        with(Capability.CAP_SYS_MODULE, "delete_module", "finit_module", "init_module");
        with(Capability.CAP_SYS_PACCT, "acct");
        with(Capability.CAP_SYS_PTRACE, "kcmp", "pidfd_getfd", "process_madvise");
        with(Capability.CAP_SYS_RAWIO, "ioperm", "iopl");
        with(Capability.CAP_SYS_TIME, "clock_settime", "clock_settime64", "settimeofday", "stime");
        with(Capability.CAP_SYS_TTY_CONFIG, "vhangup");
        with(Capability.CAP_SYS_NICE, "get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node");
        with(Capability.CAP_SYSLOG, "syslog");
        with(Capability.CAP_BPF, "bpf");
        with(Capability.CAP_PERFMON, "perf_event_open");
    }

    /**
     * Allows processes and threads, but no namespaces. The flags of clone3 are in memory, which a filter cannot read.
     */
    private void cloning() {
        if (!capabilities.contains(Capability.CAP_SYS_ADMIN)) {
            allow("clone", new Arg(0, NEW_NAMESPACES, 0, Operator.MASKED_EQ));
            rules.add(new Rule(List.of("clone3"), ERRNO, OptionalInt.of(ENOSYS), List.of()));
        }
    }

    private void with(Capability capability, String... names) {
        if (capabilities.contains(capability)) {
            allow(List.of(names));
        }
    }

    private void allow(List<String> names) {
        rules.add(new Rule(names, ALLOW, OptionalInt.empty(), List.of()));
    }

    private void allow(String name, Arg arg) {
        rules.add(new Rule(List.of(name), ALLOW, OptionalInt.empty(), List.of(arg)));
    }
}
