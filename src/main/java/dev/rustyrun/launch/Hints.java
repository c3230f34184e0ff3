package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.plan.MountStep;
import dev.rustyrun.plan.NamespaceStep;
import dev.rustyrun.plan.RootStep;
import dev.rustyrun.plan.Step;

/** What to do about a failed step, for the failures that people meet. */
final class Hints {

    private Hints() {
    }

    /** A hint that continues the error message, or nothing. */
    static String of(Step step, int errno) {
        String hint = hint(step, errno);
        return hint.isEmpty() ? "" : "; " + hint;
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
        if (step instanceof RootStep.SetPropagation && errno == Errno.EINVAL) {
            return "/ is no mount point here (a chroot?): bind it to itself first, mount --rbind DIR DIR, and chroot again";
        }
        if (step instanceof RootStep.ProtectProgram && errno == Errno.ENOENT) {
            return "Rustyrun's executable was removed or replaced while it ran: start it again";
        }
        if (step instanceof NamespaceStep.JoinNamespace && errno == Errno.ENOENT) {
            return "no such namespace any more: has the process ended?";
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
                case Errno.EPERM, Errno.EACCES -> "the host forbids it: in a container, run it privileged";
                case Errno.ELOOP -> "no part of " + mount.target() + " may be a symbolic link";
                default -> "";
            };
        }
        return "";
    }
}
