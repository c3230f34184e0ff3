package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.util.Optional;

/** Signals. A set is glibc's {@code sigset_t}, as {@link SignalSet} encodes it. */
public interface SignalCalls extends KernelCalls {

    /** Blocks exactly {@code set} in this thread; what was blocked before; man 2 sigprocmask. */
    default SignalSet blockSignals(SignalSet set) {
        byte[] old = new byte[SignalSet.SIZE];
        check(libc().call("sigprocmask", SignalSet.SIG_SETMASK, set.encode(), old), "sigprocmask");
        return SignalSet.decode(old);
    }

    /**
     * Blocks SIGPIPE too, for good: a write to a pipe that nobody reads then fails with EPIPE, and does not end this process; man 7
     * pipe. A JVM ignores it already.
     */
    default void blockPipeSignal() {
        SignalSet before = blockSignals(SignalSet.of(Signal.SIGPIPE));
        blockSignals(before.with(Signal.SIGPIPE));
    }

    /**
     * Lets no signal be ignored any more. Handlers stay: they are the JVM's, and execve resets them; man 2 rt_sigaction. It
     * is the system call itself, for glibc's function refuses the signals that it uses and ignores in what posix_spawn
     * starts.
     */
    default void stopIgnoringSignals() {
        byte[] old = new byte[SignalAction.SIZE];
        for (int signal = 1; signal <= SignalSet.LAST; signal++) {
            int result = libc().call("rt_sigaction", signal, null, old, SignalSet.KERNEL_SIZE);
            if (result == 0 && SignalAction.ignores(old)) {
                byte[] action = SignalAction.byDefault();
                check(libc().call("rt_sigaction", signal, action, null, SignalSet.KERNEL_SIZE), "rt_sigaction", signal);
            }
        }
    }

    /** Has the kernel send SIGCHLD when a child stops, too, which libraries of Java switch off; man 2 sigaction, SA_NOCLDSTOP. */
    default void hearOfStops() {
        int signal = Signal.SIGCHLD.number();
        byte[] action = SignalAction.byDefault();
        check(libc().call("rt_sigaction", signal, action, null, SignalSet.KERNEL_SIZE), "rt_sigaction", signal);
    }

    /** A descriptor from which blocked signals of {@code set} are read; man 2 signalfd. */
    default int signalDescriptor(SignalSet set) {
        return check(libc().call("signalfd", -1, set.encode(), FileFlag.O_CLOEXEC | FileFlag.O_NONBLOCK), "signalfd");
    }

    /** The next signal waiting in {@code signalDescriptor}, if one is; man 2 read. */
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
