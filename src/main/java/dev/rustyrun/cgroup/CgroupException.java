package dev.rustyrun.cgroup;

import dev.rustyrun.cgroup.systemd.SystemdException;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.spec.HostFailure;

/**
 * A control group could not be created, limited, read or removed; the message is one line with the reason and a remedy.
 */
public final class CgroupException extends RuntimeException implements HostFailure.Cause {

    private static final long serialVersionUID = 1L;

    private final int errno;

    CgroupException(String message) {
        this(message, 0);
    }

    private CgroupException(String message, int errno) {
        super(message, null, false, true);
        this.errno = errno;
    }

    /** An exception for a request that systemd could not fulfil. */
    static CgroupException of(String message, SystemdException cause) {
        return new CgroupException(message, cause.errno());
    }

    /** Cgroups that are not writable count as a shortage: another machine may have writable ones. */
    @Override
    public HostFailure failure() {
        boolean shortage = errno == Errno.EROFS || HostFailure.Kind.of(errno) == HostFailure.Kind.SHORTAGE;
        return new HostFailure(shortage ? HostFailure.Kind.SHORTAGE : HostFailure.Kind.CGROUP, getMessage());
    }

    /** An exception for {@code what}, which failed with {@code cause}; {@code hint} may be empty. */
    static CgroupException of(String what, LinuxException cause, String hint) {
        String general = hint.isEmpty() ? hint(cause.errno()) : hint;
        return new CgroupException(
                what + ": " + Errno.describe(cause.errno()) + (general.isEmpty() ? "" : "; " + general), cause.errno());
    }

    private static String hint(int errno) {
        return switch (errno) {
            case Errno.EACCES, Errno.EPERM ->
                "this part of the cgroup tree is not delegated to this user: run as"
                        + " root, or"
                        + " have the subtree delegated";
            case Errno.EROFS ->
                "cgroups are mounted read-only here: in a container, run it privileged or mount them" + " writable";
            case Errno.ENOSPC -> "the limit of cgroups is reached, or a cpuset is still empty";
            default -> "";
        };
    }
}
