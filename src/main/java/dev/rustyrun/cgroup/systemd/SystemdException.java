package dev.rustyrun.cgroup.systemd;

import dev.rustyrun.linux.LinuxException;

/** systemd could not be reached, or could not perform a request. The message is one line. */
public final class SystemdException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final String UNIT_EXISTS = "org.freedesktop.systemd1.UnitExists";
    private static final String NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";

    private final String error;
    private final int errno;

    SystemdException(String message) {
        this("", message);
    }

    /** A request that failed because the kernel refused a call. */
    static SystemdException of(String message, LinuxException cause) {
        return new SystemdException("", message, cause.errno());
    }

    /** An exception that describes {@code cause} in more detail. */
    static SystemdException of(String message, SystemdException cause) {
        return new SystemdException("", message, cause.errno);
    }

    /**
     * @param error name of the error on the bus, such as {@code org.freedesktop.systemd1.NoSuchUnit}; empty for none
     */
    SystemdException(String error, String message) {
        this(error, message, 0);
    }

    private SystemdException(String error, String message, int errno) {
        super(message, null, false, true);
        this.error = error;
        this.errno = errno;
    }

    /** The errno of the kernel call that failed; 0 if none did. */
    public int errno() {
        return errno;
    }

    /** Whether a unit of that name already exists. */
    public boolean unitExists() {
        return error.equals(UNIT_EXISTS);
    }

    /** Whether no unit of that name exists. */
    public boolean isUnitMissing() {
        return error.equals(NO_SUCH_UNIT);
    }
}
