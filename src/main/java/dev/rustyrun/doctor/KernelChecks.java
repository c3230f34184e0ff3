package dev.rustyrun.doctor;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.KernelVersion;
import dev.rustyrun.linux.ProbedCall;
import java.util.ArrayList;
import java.util.List;

/** The kernel's version, and system calls that older kernels do not have. */
final class KernelChecks {

    static final List<Question> ALL = all();

    private static final String FILTERED =
            "a seccomp filter around this process refuses it: docker run --security-opt seccomp=unconfined, or a newer "
                    + "docker, podman or containerd";

    private KernelChecks() {}

    private static List<Question> all() {
        List<Question> all = new ArrayList<>();
        all.add(new Question("kernel", "version", KernelChecks::version));
        for (ProbedCall call : ProbedCall.values()) {
            String name = call.name().toLowerCase(java.util.Locale.ROOT);
            all.add(new Question("kernel", name, machine -> systemCall(machine, call)));
        }
        all.add(new Question("kernel", "id-mapped mounts", KernelChecks::idMappedMounts));
        all.add(new Question("kernel", "cgroup.kill", KernelChecks::cgroupKill));
        return all;
    }

    private static Answer version(Machine machine) {
        String release = machine.line(KernelVersion.RUNNING);
        return KernelVersion.parse(release).atLeast(5, 12)
                ? Answer.ok(release)
                : Answer.fail(
                        release + ", too old", "boot Linux 5.12 or newer: Debian 12, Ubuntu 22.04, RHEL 9 have one");
    }

    /** Rustyrun has a fallback for clone3 and pidfd_open, but needs the other calls. */
    private static Answer systemCall(Machine machine, ProbedCall call) {
        int errno = machine.errnoOf(call);
        // Without CAP_SYS_ADMIN, move_mount returns EPERM before it checks its arguments.
        boolean refused = errno == Errno.EPERM && call != ProbedCall.MOVE_MOUNT;
        if (errno != Errno.ENOSYS && !refused) {
            return Answer.ok("available");
        }
        boolean hidden = refused
                || KernelVersion.parse(machine.line(KernelVersion.RUNNING)).atLeast(call.since());
        String fact = hidden ? "refused, " + Errno.describe(errno) : "not in this kernel";
        String advice = hidden ? FILTERED : "boot Linux " + call.since() + " or newer";
        return call == ProbedCall.CLONE3 || call == ProbedCall.PIDFD_OPEN
                ? Answer.warn(fact, advice)
                : Answer.fail(fact, advice);
    }

    private static Answer idMappedMounts(Machine machine) {
        KernelVersion kernel = KernelVersion.parse(machine.line(KernelVersion.RUNNING));
        if (kernel.atLeast(6, 3)) {
            return Answer.ok("of ext4, xfs, btrfs, overlay and tmpfs");
        }
        String newer = "boot Linux 6.3 or newer for all file systems";
        if (kernel.atLeast(5, 19)) {
            return Answer.warn("of ext4, xfs, btrfs and overlay, not of tmpfs", newer);
        }
        return kernel.atLeast(5, 12)
                ? Answer.warn("of some file systems (ext4 first), not of overlay and tmpfs", newer)
                : Answer.warn("none", newer);
    }

    private static Answer cgroupKill(Machine machine) {
        return KernelVersion.parse(machine.line(KernelVersion.RUNNING)).atLeast(5, 14)
                ? Answer.ok("available (in cgroup v2)")
                : Answer.warn(
                        "not in this kernel: processes of a cgroup are killed one by one", "boot Linux 5.14 or newer");
    }
}
