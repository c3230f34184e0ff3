package dev.rustyrun.linux;

/** Names of extended attributes, and which of them a copy of a file gets too; man 7 xattr. */
public final class AttributeName {

    /** Marks a volume that is being filled, so that an interrupted copy is recognized. It is never copied. */
    public static final String FILLING = "user.rustyrun.filling";

    private AttributeName() {}

    /**
     * Whether a copy of a file gets the attribute. An overlay's own attributes refer to its other layers, and security
     * labels are assigned by this machine.
     */
    public static boolean isCopied(String name) {
        return name.equals("security.capability")
                || name.startsWith("system.posix_acl_")
                || name.startsWith("user.") && !name.startsWith("user.overlay.") && !name.equals(FILLING)
                || name.startsWith("trusted.") && !name.startsWith("trusted.overlay.");
    }

    /**
     * Runs {@code set}, ignoring EOPNOTSUPP, EPERM and EINVAL: not every file system or user namespace allows all of
     * them, and other engines skip these too.
     */
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
