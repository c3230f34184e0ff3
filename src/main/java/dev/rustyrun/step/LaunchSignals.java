package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.linux.SignalSet;

/**
 * The signals that the stages handle. All are blocked from the start and read from a descriptor, so that a stage with
 * one thread can wait for them together with all other events, and loses none while it starts. The next stage inherits
 * the blocked mask; the command gets an empty one.
 */
public final class LaunchSignals {

    /** The kernel sends it to {@code child} when {@code run} has died. */
    public static final Signal PARENT_DIED = Signal.SIGALRM;

    /** The signals that are forwarded to the command, and those about children. */
    public static final SignalSet HANDLED = SignalSet.of(
            Signal.SIGHUP,
            Signal.SIGINT,
            Signal.SIGQUIT,
            Signal.SIGTERM,
            Signal.SIGUSR1,
            Signal.SIGUSR2,
            Signal.SIGWINCH,
            Signal.SIGCHLD,
            PARENT_DIED,
            Signal.SIGPIPE);

    /** The signals that are forwarded to the command. */
    public static final SignalSet FORWARDED = HANDLED.without(Signal.SIGCHLD, PARENT_DIED, Signal.SIGPIPE);

    private LaunchSignals() {}

    /** Blocks the handled signals, and returns whether they were already blocked. */
    public static boolean block(Linux linux) {
        return linux.blockSignals(HANDLED).containsAll(HANDLED);
    }

    /** Unblocks all signals. */
    public static void unblock(Linux linux) {
        linux.blockSignals(SignalSet.none());
    }

    /** Whether a handled signal is forwarded to the command. */
    public static boolean isForwarded(int signal) {
        return FORWARDED.contains(signal);
    }
}
