package dev.rustyrun.launch;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.MountFlag;

/** Changes the root of this mount namespace; man 2 pivot_root, "pivot_root(".", ".")". */
final class PivotRoot {

    private final Linux linux;

    PivotRoot(Linux linux) {
        this.linux = linux;
    }

    /**
     * Makes the working directory, which must be a mount, the root, and detaches the old one.
     *
     * @param allowed whether pivot_root may be tried
     * @return false when the kernel refused, so that this is only a chroot
     */
    boolean intoWorkingDirectory(boolean allowed) {
        boolean pivoted = allowed;
        if (!allowed) {
            moveAndChroot();
            linux.changeDirectory("/");
            return false;
        }
        try {
            linux.pivotRoot(".", ".");
            // Both roots are now stacked at ".": the old one is on top, and goes.
            linux.detach(".");
        } catch (LinuxException e) {
            if (e.errno() != Errno.EINVAL) {
                throw e;
            }
            moveAndChroot();
            pivoted = false;
        }
        linux.changeDirectory("/");
        return pivoted;
    }

    /**
     * Where the present root cannot be pivoted from, because it is the kernel's initramfs or not a mount (as in a
     * chroot): covers it with the working directory, then enters that. What is covered stays in the mount namespace.
     */
    private void moveAndChroot() {
        linux.mount(".", "/", null, MountFlag.MS_MOVE.value(), null);
        new HostKernelViews(linux).remove();
        linux.chroot(".");
    }
}
