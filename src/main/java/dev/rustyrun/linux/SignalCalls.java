package dev.rustyrun.linux;

/** Calls about signals. Signal sets are glibc's {@code sigset_t}, as {@link SignalSet} encodes them. */
interface SignalCalls {

    /** {@code int sigprocmask(int how, const sigset_t *set, sigset_t *old)} of the calling thread, man 2 sigprocmask. */
    int sigprocmask(int how, byte[] set, byte[] old);

    /** {@code int signalfd(int fd, const sigset_t *mask, int flags)}, man 2 signalfd. */
    int signalfd(int fd, byte[] set, int flags);
}
