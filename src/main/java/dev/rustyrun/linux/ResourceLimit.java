package dev.rustyrun.linux;

/**
 * A limit of a process; man 2 getrlimit.
 *
 * @param resource the number of RLIMIT_...
 * @param soft the limit, -1 for none
 * @param hard up to where the process may raise it
 */
public record ResourceLimit(int resource, long soft, long hard) {

    /** What sets it for this process; man 2 prlimit. */
    LibC.Call call() {
        Struct limit = new Struct(2 * Long.BYTES).putLong(0, soft).putLong(Long.BYTES, hard);
        return new LibC.Call("prlimit", 0, resource, limit, null);
    }
}
