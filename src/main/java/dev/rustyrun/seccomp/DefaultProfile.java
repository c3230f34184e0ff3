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
 * Rustyrun's own profile, for containers that name none: what programs need is allowed, what administers the machine
 * needs the capability for it, and everything else returns EPERM. It reaches as far as docker's default profile; two
 * calls are judged by the half of their argument that the kernel looks at, which a comparison of 64 bits would let
 * pass.
 */
public final class DefaultProfile {

    /** To be raised with every change of what the profile says: compiled filters are kept under it. */
    static final int VERSION = 1;
    /** For the installation; without SPEC_ALLOW, kernels before 5.16 slow down everything that has a filter. */
    static final int FLAGS = Seccomp.Flag.SPEC_ALLOW.value();

    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int AF_VSOCK = 40;
    private static final int TIOCSTI = 0x5412;
    /** What clone(2) may not be asked for: a namespace would give capabilities that the container was not given. */
    private static final long NEW_NAMESPACES = newNamespaces();
    /** PER_LINUX and PER_LINUX32, each also with UNAME26, and the question which it is; man 2 personality. */
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

    /** The flags of clone(2): that of a time namespace is none of them, its bit is part of the signal's number there. */
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
        // A vsock reaches the host past every network namespace; TIOCSTI types into the terminal of whoever started us.
        allowUnless("socket", 0, AF_VSOCK);
        allowUnless("ioctl", 1, TIOCSTI);
    }

    /**
     * Allows a call unless the lower 32 bits of an argument are {@code value}: unequal is, to differ in at least one
     * bit. The kernel takes these arguments as an int, so a comparison of all 64 bits would let in what has a bit set
     * above.
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

    /** Processes and threads, but no namespaces. clone3's flags are in memory, where a filter cannot see them. */
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
