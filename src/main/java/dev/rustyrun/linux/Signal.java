package dev.rustyrun.linux;

import java.util.Optional;

/** The standard signals, with their numbers on x86-64 and AArch64; man 7 signal. */
public enum Signal {
    SIGHUP(1),
    SIGINT(2),
    SIGQUIT(3),
    SIGILL(4),
    SIGTRAP(5),
    SIGABRT(6),
    SIGBUS(7),
    SIGFPE(8),
    SIGKILL(9),
    SIGUSR1(10),
    SIGSEGV(11),
    SIGUSR2(12),
    SIGPIPE(13),
    SIGALRM(14),
    SIGTERM(15),
    SIGSTKFLT(16),
    SIGCHLD(17),
    SIGCONT(18),
    SIGSTOP(19),
    SIGTSTP(20),
    SIGTTIN(21),
    SIGTTOU(22),
    SIGURG(23),
    SIGXCPU(24),
    SIGXFSZ(25),
    SIGVTALRM(26),
    SIGPROF(27),
    SIGWINCH(28),
    SIGIO(29),
    SIGPWR(30),
    SIGSYS(31);

    private static final int FIRST_REAL_TIME = 34;

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    /** The number that kill(2) takes. */
    public int number() {
        return number;
    }

    /** The name of the signal with this number; {@code SIGRTMIN+n} for a real-time signal. */
    static String describe(int number) {
        return of(number).map(Signal::name).orElse("SIGRTMIN+" + (number - FIRST_REAL_TIME));
    }

    /** The signal with this number, if it is a standard one. */
    public static Optional<Signal> of(int number) {
        for (Signal signal : values()) {
            if (signal.number == number) {
                return Optional.of(signal);
            }
        }
        return Optional.empty();
    }
}
