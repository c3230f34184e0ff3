package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.linux.SignalSet;
import dev.rustyrun.linux.TerminalMode;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.spec.Spec;
import java.util.List;
import java.util.Optional;

/**
 * The standard input and the signals of this process, and the mode of its terminal. One thread waits for input and
 * signals; another can wake it.
 */
public final class OwnInput {

    /** The signal that the terminal's size has changed, as {@link #nextSignal} names it. */
    public static final String RESIZED = "WINCH";

    private static final int STDIN = 0;
    private static final int READABLE = PollSet.POLLIN | PollSet.POLLHUP | PollSet.POLLERR;
    private static final List<Signal> HANDLED = List.of(
            Signal.SIGHUP,
            Signal.SIGINT,
            Signal.SIGQUIT,
            Signal.SIGTERM,
            Signal.SIGUSR1,
            Signal.SIGUSR2,
            Signal.SIGWINCH);
    private static final SignalSet SIGNALS = SignalSet.of(HANDLED.toArray(Signal[]::new));

    private final Linux linux;
    private final int[] wake;
    private final PollSet set = new PollSet(3);
    private int signals = -1;
    private Optional<TerminalMode> before = Optional.empty();

    OwnInput(Linux linux) {
        this.linux = linux;
        this.wake = linux.pipe();
    }

    /** Whether standard input is a terminal. */
    public boolean isTerminal() {
        return linux.isTerminal(STDIN);
    }

    /** The size of the terminal. */
    public Spec.ConsoleSize size() {
        WindowSize size = linux.windowSize(STDIN);
        return new Spec.ConsoleSize(size.rows(), size.columns());
    }

    /**
     * Begins to receive signals.
     *
     * @param raw whether the terminal passes each key on, until {@link #restore}
     */
    public void open(boolean raw) {
        signals = linux.signalDescriptor(SIGNALS);
        if (raw) {
            before = Optional.of(linux.terminalMode(STDIN));
            linux.setTerminalMode(STDIN, before.get().raw());
        }
    }

    /** Restores the mode of the terminal. */
    public void restore() {
        before.ifPresent(mode -> linux.setTerminalMode(STDIN, mode));
    }

    /**
     * Waits for a signal, for {@link #wake}, or for input.
     *
     * @param reads whether to wait for input
     * @return whether there is input, or its end
     */
    public boolean await(boolean reads) {
        set.clear();
        set.add(signals, PollSet.POLLIN);
        set.add(wake[0], PollSet.POLLIN);
        if (reads) {
            set.add(STDIN, PollSet.POLLIN);
        }
        linux.poll(set, -1);
        if (set.found(wake[0], PollSet.POLLIN)) {
            linux.read(wake[0], new byte[16], 16);
        }
        return reads && set.found(STDIN, READABLE);
    }

    /** The signal that {@link #await} has found, by its name without SIG. */
    public Optional<String> nextSignal() {
        return set.found(signals, PollSet.POLLIN)
                ? linux.nextSignal(signals)
                        .flatMap(received -> Signal.of(received.number()))
                        .filter(HANDLED::contains)
                        .map(signal -> signal.name().substring("SIG".length()))
                : Optional.empty();
    }

    /** Wakes the thread in {@link #await}. */
    public void wake() {
        linux.writeAll(wake[1], new byte[1]);
    }

    /** Reads into {@code buffer}; returns how many bytes, or 0 at the end. */
    public int read(byte[] buffer) {
        try {
            return linux.read(STDIN, buffer, buffer.length);
        } catch (LinuxException e) {
            // EIO: the terminal was closed. After any read error there is no more input.
            return 0;
        }
    }
}
