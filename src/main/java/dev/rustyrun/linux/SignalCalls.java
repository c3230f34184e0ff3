package dev.rustyrun.linux;

/** Calls about signals. Signal sets are glibc's {@code sigset_t}, as {@link SignalSet} encodes them. */
interface SignalCalls {

    /** {@code int sigprocmask(int how, const sigset_t *set, sigset_t *old)} of the calling thread, man 2 sigprocmask. */
    int sigprocmask(int how, byte[] set, byte[] old);

    /**
     * {@code int rt_sigaction(int signum, const struct sigaction *act, struct sigaction *old, size_t)}, man 2
     * rt_sigaction: the system call itself, for glibc's function refuses the signals that it uses and ignores in what
     * posix_spawn starts.
     *
     * @param action the kernel's struct sigaction, or null to change nothing
     */
    int rt_sigaction(int signal, byte[] action, byte[] old);

    /** {@code int signalfd(int fd, const sigset_t *mask, int flags)}, man 2 signalfd. */
    int signalfd(int fd, byte[] set, int flags);
}
