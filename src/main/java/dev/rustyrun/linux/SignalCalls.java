package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.util.Optional;

/** Signals. A set is glibc's {@code sigset_t}, as {@link SignalSet} encodes it. */
public interface SignalCalls extends KernelCalls {

    /** Blocks exactly {@code set} in this thread, and returns the previous set; man 2 sigprocmask. */
    default SignalSet blockSignals(SignalSet set) {
        byte[] old = new byte[SignalSet.SIZE];
        check(libc().call("sigprocmask", SignalSet.SIG_SETMASK, set.encode(), old), "sigprocmask");
        return SignalSet.decode(old);
    }

    /**
     * Blocks SIGPIPE, too, permanently: a write to a pipe without a reader then fails with EPIPE instead of killing
     * this process; man 7 pipe. A JVM ignores SIGPIPE already.
     */
    default void blockPipeSignal() {
        SignalSet before = blockSignals(SignalSet.of(Signal.SIGPIPE));
        blockSignals(before.with(Signal.SIGPIPE));
    }

    /**
     * The signals that this process ignores; man 2 rt_sigaction. This uses the system call directly, because glibc's
     * function rejects the two signals that glibc uses itself, which are ignored in processes that posix_spawn has
     * started.
     */
    default SignalSet ignoredSignals() {
        SignalSet ignored = SignalSet.none();
        byte[] old = new byte[SignalAction.SIZE];
        for (int signal = 1; signal <= SignalSet.LAST; signal++) {
            int result = libc().call("rt_sigaction", signal, null, old, SignalSet.KERNEL_SIZE);
            if (result == 0 && SignalAction.ignores(old)) {
                ignored = ignored.with(signal);
            }
        }
        return ignored;
    }

    /**
     * Resets the signals of {@code ignored} to their default actions. Handlers of other signals stay: they belong to
     * the JVM, and execve resets them; man 2 rt_sigaction.
     */
    default void stopIgnoring(SignalSet ignored) {
        for (int signal = 1; signal <= SignalSet.LAST; signal++) {
            if (ignored.contains(signal)) {
                byte[] action = SignalAction.byDefault();
                check(libc().call("rt_sigaction", signal, action, null, SignalSet.KERNEL_SIZE), "rt_sigaction", signal);
            }
        }
    }

    /**
     * Makes the kernel send SIGCHLD also when a child stops, which Java libraries disable; man 2 sigaction,
     * SA_NOCLDSTOP.
     */
    default void signalStops() {
        int signal = Signal.SIGCHLD.number();
        byte[] action = SignalAction.byDefault();
        check(libc().call("rt_sigaction", signal, action, null, SignalSet.KERNEL_SIZE), "rt_sigaction", signal);
    }

    /** A descriptor that reads the blocked signals of {@code set}; man 2 signalfd. */
    default int signalDescriptor(SignalSet set) {
        return check(libc().call("signalfd", -1, set.encode(), FileFlag.O_CLOEXEC | FileFlag.O_NONBLOCK), "signalfd");
    }

    /** The next pending signal of {@code signalDescriptor}, if any; man 2 read. */
    default Optional<ReceivedSignal> nextSignal(int signalDescriptor) {
        byte[] info = new byte[ReceivedSignal.SIGINFO_SIZE];
        int got = libc().repeat("read", signalDescriptor, new Argument.Output(info, info.length), info.length);
        if (got == -Errno.EAGAIN) {
            return Optional.empty();
        }
        check(got, "read", signalDescriptor);
        return Optional.of(ReceivedSignal.decode(info));
    }
}
