package dev.rustyrun.container.served;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.WindowSize;
import dev.rustyrun.spec.LogFrame;
import dev.rustyrun.stage.CommandIo;
import dev.rustyrun.stage.CommandPipes;
import dev.rustyrun.stage.Transfer;
import java.util.Optional;

/**
 * Relays between a command and an attached client while both are connected. Output is read only after the previous
 * output was sent, so that a slow reader blocks the command instead of filling memory.
 */
final class AttachedIo implements CommandIo {

    /** The maximum output kept at the end for a slow client: the maximum size of a pipe. */
    private static final int MAX_REST = 1024 * 1024;

    private static final byte[] TERMINAL_END = {4};
    private static final byte[] NOTHING = {};

    private final Linux linux;
    private final AttachedClient client;
    private final boolean tty;
    private final byte[] buffer = new byte[32 * 1024];
    private int stdin;
    private int stdout;
    private int stderr;
    private int master = -1;
    private WindowSize size;
    private byte[] piece = NOTHING;
    private int written;
    private boolean owed;
    private boolean ended;
    private boolean errorsFirst;
    private long total;

    /**
     * @param pipes the command's pipes; this object closes them
     * @param tty whether the command gets a terminal; input is held until it exists
     * @param size the terminal's size, until the client sets another one
     */
    AttachedIo(Linux linux, CommandPipes pipes, AttachedClient client, boolean tty, int rows, int columns) {
        this.linux = linux;
        this.client = client;
        this.tty = tty;
        this.size = new WindowSize(rows, columns);
        this.stdin = pipes.stdin();
        this.stdout = pipes.stdout();
        this.stderr = pipes.stderr();
        if (tty) {
            stdin = close(stdin);
        }
    }

    /** The number of bytes that the command has written. */
    long total() {
        return total;
    }

    @Override
    public void addTo(PollSet set) {
        client.addTo(set);
        boolean reads = client.takesOutput();
        boolean writes = written < piece.length;
        if (stdin >= 0 && writes) {
            set.add(stdin, PollSet.POLLOUT);
        }
        if (master >= 0 && (reads || writes)) {
            set.add(master, (reads ? PollSet.POLLIN : 0) | (writes ? PollSet.POLLOUT : 0));
        }
        if (stdout >= 0 && reads) {
            set.add(stdout, PollSet.POLLIN);
        }
        if (stderr >= 0 && reads) {
            set.add(stderr, PollSet.POLLIN);
        }
    }

    @Override
    public void relay(PollSet found) {
        client.clear();
        Optional<WindowSize> wanted = client.takeSize();
        if (wanted.isPresent()) {
            resize(wanted.get());
        }
        feed();
        master = read(master, LogFrame.STDOUT, found);
        // Alternates the order, so that neither stream starves the other.
        errorsFirst = !errorsFirst;
        if (errorsFirst) {
            stderr = read(stderr, LogFrame.STDERR, found);
        }
        stdout = read(stdout, LogFrame.STDOUT, found);
        if (!errorsFirst) {
            stderr = read(stderr, LogFrame.STDERR, found);
        }
    }

    private void resize(WindowSize wanted) {
        size = wanted;
        if (master >= 0) {
            linux.setWindowSize(master, size);
        }
    }

    /**
     * Passes input to the command. If the command no longer reads, the input is dropped so that the client does not
     * wait.
     */
    private void feed() {
        if (tty && master < 0 && stdout >= 0) {
            return;
        }
        while (written < piece.length || next()) {
            int sink = master >= 0 ? master : stdin;
            int left = piece.length - written;
            int taken = sink < 0 || left == 0 ? left : Transfer.write(linux, sink, piece, written, left);
            if (taken == Transfer.WOULD_WAIT) {
                return;
            }
            if (taken == 0) {
                stdin = close(stdin);
                taken = left;
            }
            written += taken;
            if (owed && written == piece.length) {
                owed = false;
                client.taken();
            }
        }
        if (!ended && client.isInputEnded()) {
            ended = true;
            stdin = close(stdin);
            piece = master >= 0 ? TERMINAL_END : NOTHING;
            written = 0;
            feed();
        }
    }

    private boolean next() {
        Optional<byte[]> next = client.nextInput();
        owed = next.isPresent();
        piece = next.orElse(NOTHING);
        written = 0;
        return owed;
    }

    private int read(int descriptor, byte stream, PollSet found) {
        if (descriptor < 0 || !found.found(descriptor, PollSet.POLLIN | PollSet.POLLHUP) || !client.takesOutput()) {
            return descriptor;
        }
        int got = Transfer.read(linux, descriptor, buffer);
        if (got > 0) {
            total += got;
            client.send(stream, buffer, got);
        }
        return got == 0 ? close(descriptor) : descriptor;
    }

    @Override
    public boolean isOpen() {
        return stdout >= 0 || stderr >= 0 || master >= 0;
    }

    @Override
    public boolean isAbandoned() {
        return client.isGone();
    }

    @Override
    public int nextSignal() {
        return client.nextSignal();
    }

    @Override
    public void terminal(int opened) {
        linux.setNonBlocking(opened);
        linux.setWindowSize(opened, size);
        master = opened;
        feed();
    }

    /** Reads the remaining output first, because the client gets it too. */
    @Override
    public void close() {
        int[] open = {stdin, stdout, stderr, master};
        stdin = -1;
        stdout = -1;
        stderr = -1;
        master = -1;
        try {
            keepRest(open[1], LogFrame.STDOUT);
            keepRest(open[2], LogFrame.STDERR);
            keepRest(open[3], LogFrame.STDOUT);
        } finally {
            linux.closeAll(open);
        }
    }

    private void keepRest(int descriptor, byte stream) {
        int kept = 0;
        for (int got = 1; descriptor >= 0 && got > 0 && kept < MAX_REST; kept += Math.max(0, got)) {
            got = Transfer.read(linux, descriptor, buffer);
            if (got > 0) {
                total += got;
                client.keep(stream, buffer, got);
            }
        }
    }

    private int close(int descriptor) {
        if (descriptor >= 0) {
            linux.close(descriptor);
        }
        return -1;
    }
}
