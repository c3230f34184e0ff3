package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.plan.MountStep;
import dev.rustyrun.plan.NamespaceStep;
import dev.rustyrun.plan.PrivilegeStep;
import dev.rustyrun.plan.RootStep;
import dev.rustyrun.plan.Step;
import dev.rustyrun.plan.TaskStep;

/** What to do about a failed step, for the failures that people meet. */
final class Hints {

    private Hints() {}

    /** A hint that continues the error message, or nothing. */
    static String of(Step step, int errno) {
        String hint = hint(step, errno);
        return hint.isEmpty() ? "" : "; " + hint;
    }

    private static String task(Step step, int errno) {
        if (step instanceof TaskStep.SetLabel) {
            return errno == Errno.ENOENT || errno == Errno.EINVAL
                    ? "is that profile or label loaded on this machine?"
                    : "";
        }
        return switch (errno) {
            case Errno.EPERM -> "that needs CAP_SYS_NICE on the host, and a real-time share of the cgroup";
            case Errno.EBUSY -> "the processors have not that much time left";
            case Errno.EINVAL -> "does this machine have these processors, nodes or policies?";
            case Errno.ENOSYS -> "this kernel is built without it";
            default -> "";
        };
    }

    private static String hint(Step step, int errno) {
        if (step instanceof NamespaceStep.Unshare) {
            return switch (errno) {
                case Errno.EPERM -> "run it as root, or in a container with CAP_SYS_ADMIN";
                case Errno.ENOSPC -> "the limit of namespaces is reached, see /proc/sys/user/max_*_namespaces";
                case Errno.EINVAL -> "this kernel lacks one of these namespaces";
                default -> "";
            };
        }
        if (step instanceof PrivilegeStep.LimitCapabilities && errno == Errno.EPERM) {
            return "to take capabilities away Rustyrun needs CAP_SETPCAP";
        }
        if (step instanceof PrivilegeStep.SetUser && errno == Errno.EPERM) {
            return "for that Rustyrun needs CAP_SETUID and CAP_SETGID";
        }
        if ((step instanceof PrivilegeStep.SetUser || step instanceof NamespaceStep.JoinUserNamespace)
                && errno == Errno.EINVAL) {
            return step instanceof PrivilegeStep.SetUser
                    ? "is that id mapped in the user namespace?"
                    : "is it another user namespace than Rustyrun's own, and is the id 0 mapped in it?";
        }
        if (step instanceof RootStep.SetPropagation && errno == Errno.EINVAL) {
            return "/ is no mount point here (a chroot?): bind it to itself first, mount --rbind DIR DIR, and chroot again";
        }
        if (step instanceof RootStep.ProtectProgram && errno == Errno.ENOENT) {
            return "Rustyrun's executable was removed or replaced while it ran: start it again";
        }
        if (step instanceof NamespaceStep.Appear && errno == Errno.EAGAIN) {
            return "the container has reached its limit of processes: end some, or raise the limit";
        }
        boolean showsJoined = step instanceof MountStep.MountFileSystem mount && mount.showsJoinedPids();
        if ((step instanceof NamespaceStep.JoinOpened || showsJoined) && errno == Errno.EPERM) {
            return "the joined PID namespace belongs to another user namespace than the container's: join that one too";
        }
        if ((step instanceof NamespaceStep.JoinNamespace
                        || step instanceof NamespaceStep.JoinUserNamespace
                        || step instanceof NamespaceStep.OpenNamespace)
                && errno == Errno.ENOENT) {
            return "no such namespace any more: has the process ended?";
        }
        if (step instanceof TaskStep) {
            return task(step, errno);
        }
        if (errno == Errno.ENOSYS) {
            return "Rustyrun needs Linux 5.12 or newer";
        }
        if (step instanceof MountStep.BindMount bind && errno == Errno.ENOENT) {
            return "does " + bind.source() + " exist on the host?";
        }
        if (step instanceof MountStep.MountFileSystem mount) {
            return switch (errno) {
                case Errno.ENODEV -> "this kernel has no file system " + mount.type();
                case Errno.EINVAL -> "are its options right?";
                case Errno.EPERM, Errno.EACCES ->
                    mount.type().equals("sysfs")
                            ? "the network namespace belongs to another user namespace than the container's: give the"
                                    + " container a network of its own, or bind the host's /sys instead"
                            : "the host forbids it: in a container, run it privileged";
                case Errno.ELOOP -> "no part of " + mount.target() + " may be a symbolic link";
                default -> "";
            };
        }
        return "";
    }
}
