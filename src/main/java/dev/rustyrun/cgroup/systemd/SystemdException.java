package dev.rustyrun.cgroup.systemd;

/** systemd could not be reached, or could not perform a request. The message is one line. */
public final class SystemdException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final String UNIT_EXISTS = "org.freedesktop.systemd1.UnitExists";
    private static final String NO_SUCH_UNIT = "org.freedesktop.systemd1.NoSuchUnit";

    private final String error;

    SystemdException(String message) {
        this("", message);
    }

    /**
     * @param error name of the error on the bus, such as {@code org.freedesktop.systemd1.NoSuchUnit}; empty for none
     */
    SystemdException(String error, String message) {
        super(message, null, false, true);
        this.error = error;
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
