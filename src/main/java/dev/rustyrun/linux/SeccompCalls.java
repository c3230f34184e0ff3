package dev.rustyrun.linux;

/** Calls about system call filters. */
interface SeccompCalls {

    /**
     * {@code int seccomp(SECCOMP_SET_MODE_FILTER, unsigned int flags, struct sock_fprog *)}, man 2 seccomp: the system
     * call itself, for libc has no function.
     *
     * @param program an array of {@code struct sock_filter}
     * @return 0, or with SECCOMP_FILTER_FLAG_NEW_LISTENER the listener's descriptor
     */
    int seccomp_set_filter(int flags, byte[] program);
}
