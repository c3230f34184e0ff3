package dev.rustyrun.cgroup;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;

/**
 * A control group could not be created, limited, read or removed; the message is one line with the reason and a remedy.
 */
public final class CgroupException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CgroupException(String message) {
        super(message, null, false, true);
    }

    /** An exception for {@code what}, which failed with {@code cause}; {@code hint} may be empty. */
    static CgroupException of(String what, LinuxException cause, String hint) {
        String general = hint.isEmpty() ? hint(cause.errno()) : hint;
        return new CgroupException(
                what + ": " + Errno.describe(cause.errno()) + (general.isEmpty() ? "" : "; " + general));
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
