package dev.rustyrun.linux;

/** Extended attributes that a copy of a file has too; man 7 xattr. */
public final class AttributeName {

    /** A volume has it that is being filled: who fills it may be killed. No copy has it. */
    public static final String FILLING = "user.rustyrun.filling";

    private AttributeName() {}

    /** An overlay's own attributes would say where else in its layers something is; labels are this machine's to give. */
    public static boolean isCopied(String name) {
        return name.equals("security.capability")
                || name.startsWith("system.posix_acl_")
                || name.startsWith("user.") && !name.startsWith("user.overlay.") && !name.equals(FILLING)
                || name.startsWith("trusted.") && !name.startsWith("trusted.overlay.");
    }

    /** Sets one. Not every file system has all of them, nor does a user namespace; engines leave those out, too. */
    public static void attempt(Runnable set) {
        try {
            set.run();
        } catch (LinuxException e) {
            if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EPERM && e.errno() != Errno.EINVAL) {
                throw e;
            }
        }
    }
}
