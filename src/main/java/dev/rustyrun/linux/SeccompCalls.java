package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

/** System call filters. */
public interface SeccompCalls extends KernelCalls {

    /**
     * Installs {@code program} as a filter for this thread's system calls, which survives execve; needs no_new_privs or
     * CAP_SYS_ADMIN; man 2 seccomp, SECCOMP_SET_MODE_FILTER.
     *
     * @param program an array of {@code struct sock_filter}
     * @param flags SECCOMP_FILTER_FLAG_ bits
     * @return with SECCOMP_FILTER_FLAG_NEW_LISTENER the listener's descriptor, close-on-exec; otherwise 0
     */
    default int installSeccomp(byte[] program, int flags) {
        return check(
                libc().call("seccomp", SockFilter.SECCOMP_SET_MODE_FILTER, flags, SockFilter.program(program)),
                "seccomp SECCOMP_SET_MODE_FILTER",
                SockFilter.count(program),
                flags);
    }
}
