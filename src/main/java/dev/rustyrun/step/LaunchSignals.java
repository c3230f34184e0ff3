package dev.rustyrun.step;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.linux.SignalSet;

/**
 * Which signals the stages handle, and how: all are blocked from the first moment on and read from a descriptor, so that
 * a stage with one thread can wait for them together with everything else, and none is lost while a stage starts. The
 * next stage inherits the blocked mask; the command gets an empty one.
 */
public final class LaunchSignals {

    /** Sent by the kernel to {@code child} when {@code run} has died. */
    public static final Signal PARENT_DIED = Signal.SIGALRM;

    /** Everything that is passed on to the command, and what tells about children. */
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

    /** What is passed on to the command. */
    public static final SignalSet FORWARDED = HANDLED.without(Signal.SIGCHLD, PARENT_DIED, Signal.SIGPIPE);

    private LaunchSignals() {}

    /** Blocks the handled signals; whether they already were. */
    public static boolean block(Linux linux) {
        return linux.blockSignals(HANDLED).containsAll(HANDLED);
    }

    /** Blocks nothing any more. */
    public static void unblock(Linux linux) {
        linux.blockSignals(SignalSet.none());
    }

    /** Whether a handled signal is one to pass on to the command. */
    public static boolean isForwarded(int signal) {
        return FORWARDED.contains(signal);
    }
}
