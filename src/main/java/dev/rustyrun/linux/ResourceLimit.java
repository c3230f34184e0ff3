package dev.rustyrun.linux;

/**
 * A resource limit of a process; man 2 getrlimit.
 *
 * @param resource number of the RLIMIT_ constant
 * @param soft the limit, -1 for none
 * @param hard the maximum to which the process may raise the limit
 */
public record ResourceLimit(int resource, long soft, long hard) {

    /** The call that sets this limit for the calling process; man 2 prlimit. */
    LibC.Call call() {
        Struct limit = new Struct(2 * Long.BYTES).putLong(0, soft).putLong(Long.BYTES, hard);
        return new LibC.Call("prlimit", 0, resource, limit, null);
    }
}
