package dev.rustyrun.stage;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.TerminalMode;
import dev.rustyrun.linux.WindowSize;
import java.util.Optional;

/**
 * Connects the user's terminal with the container's: input, output and size changes. Meanwhile the user's terminal is
 * in raw mode, so that ^C reaches the container; its settings are restored afterwards.
 */
final class TerminalRelay {

    private static final int STDIN = 0;
    private static final int STDOUT = 1;
    private static final WindowSize DEFAULT_SIZE = new WindowSize(24, 80);
    /** ^D, which a terminal reads as the end of input. */
    private static final byte[] END_OF_INPUT = {4};

    private final Linux linux;
    private final int master;
    private final Optional<TerminalMode> before;
    private final byte[] buffer = new byte[16 * 1024];
    private byte[] keys = {};
    private boolean inputOpen = true;
    private boolean outputOpen = true;

    private TerminalRelay(Linux linux, int master, Optional<TerminalMode> before) {
        this.linux = linux;
        this.master = master;
        this.before = before;
    }

    /**
     * Starts the relay.
     *
     * @param returns whether the container's terminal writes a carriage return before each line feed; otherwise the
     *     user's does
     */
    static TerminalRelay start(Linux linux, int master, boolean returns) {
        linux.setNonBlocking(master);
        if (!returns) {
            linux.setTerminalMode(master, linux.terminalMode(master).withoutReturns());
        }
        Optional<TerminalMode> before = Optional.empty();
        if (linux.isTerminal(STDIN)) {
            before = Optional.of(linux.terminalMode(STDIN));
            linux.setTerminalMode(
                    STDIN, returns ? before.get().raw() : before.get().rawInput());
        }
        TerminalRelay relay = new TerminalRelay(linux, master, before);
        relay.resize();
        return relay;
    }

    /** Sets the size of the container's terminal to that of the user's. */
    void resize() {
        WindowSize size = before.isPresent() ? linux.windowSize(STDIN) : DEFAULT_SIZE;
        linux.setWindowSize(master, size.rows() == 0 || size.columns() == 0 ? DEFAULT_SIZE : size);
    }

    /** Adds the descriptors to wait for; more keys are read only after the earlier ones have been written. */
    void addTo(PollSet set) {
        if (inputOpen && keys.length == 0) {
            set.add(STDIN, PollSet.POLLIN);
        }
        if (outputOpen) {
            set.add(master, PollSet.POLLIN | (keys.length > 0 ? PollSet.POLLOUT : 0));
        }
    }

    /** Transfers data without blocking. */
    void relay(PollSet found) {
        if (inputOpen && keys.length == 0 && found.found(STDIN, PollSet.POLLIN | PollSet.POLLHUP)) {
            readKeys();
        }
        if (keys.length > 0 && outputOpen) {
            writeKeys();
        }
        if (found.found(master, PollSet.POLLIN | PollSet.POLLHUP)) {
            drain();
        }
    }

    private void readKeys() {
        int got = attempt(() -> linux.read(STDIN, buffer, buffer.length));
        inputOpen = got > 0;
        keys = got > 0 ? java.util.Arrays.copyOf(buffer, got) : END_OF_INPUT;
    }

    private void writeKeys() {
        int written = attempt(() -> linux.write(master, keys, 0, keys.length));
        keys = java.util.Arrays.copyOfRange(keys, Math.max(written, 0), keys.length);
    }

    /** Transfers all available output. */
    private void drain() {
        while (outputOpen) {
            int got = attempt(() -> linux.read(master, buffer, buffer.length));
            if (got == WOULD_WAIT) {
                return;
            }
            outputOpen = got > 0;
            if (got > 0) {
                byte[] output = java.util.Arrays.copyOf(buffer, got);
                attempt(() -> {
                    linux.writeAll(STDOUT, output);
                    return 0;
                });
            }
        }
    }

    /** Transfers the remaining output and restores the user's terminal. */
    void close() {
        drain();
        before.ifPresent(mode -> linux.setTerminalMode(STDIN, mode));
        linux.close(master);
    }

    private static final int WOULD_WAIT = -1;

    private interface Transfer {
        int count();
    }

    /**
     * The number of bytes; 0 at the end (EIO for a terminal's master, when the other side is closed everywhere); or
     * WOULD_WAIT.
     */
    private static int attempt(Transfer transfer) {
        try {
            return transfer.count();
        } catch (LinuxException e) {
            return switch (e.errno()) {
                case Errno.EAGAIN -> WOULD_WAIT;
                case Errno.EIO, Errno.EPIPE -> 0;
                default -> throw e;
            };
        }
    }
}
