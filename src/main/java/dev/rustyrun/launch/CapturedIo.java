package dev.rustyrun.launch;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import java.io.ByteArrayOutputStream;

/**
 * Gives a command all of its input and keeps what it writes, up to a limit each for its output and its errors. What is
 * beyond the limit is read and dropped: a command that writes much is not stopped by that, nor is memory used for it.
 */
public final class CapturedIo implements CommandIo {

    private static final int PIECE = 16 * 1024;

    private final Linux linux;
    private final byte[] input;
    private final Captured out;
    private final Captured err;
    private final byte[] buffer = new byte[PIECE];
    private int stdin;
    private int written;

    /**
     * @param pipes of the command, from now on this object's
     * @param input for the command
     * @param mostBytes of each output to keep
     */
    public CapturedIo(Linux linux, CommandPipes pipes, byte[] input, int mostBytes) {
        this.linux = linux;
        this.input = input;
        this.stdin = pipes.stdin();
        this.out = new Captured(pipes.stdout(), mostBytes);
        this.err = new Captured(pipes.stderr(), mostBytes);
        if (input.length == 0) {
            closeInput();
        }
    }

    /** What came out of one descriptor, until its end or until the limit. */
    public static final class Captured {

        private final int most;
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream(256);
        private int descriptor;
        private long total;

        private Captured(int descriptor, int most) {
            this.descriptor = descriptor;
            this.most = most;
        }

        /** What was kept. */
        public byte[] bytes() {
            return kept.toByteArray();
        }

        /** How many bytes were written altogether. */
        public long total() {
            return total;
        }

        /** Whether more was written than was kept. */
        public boolean truncated() {
            return total > kept.size();
        }

        private void take(byte[] bytes, int count) {
            total += count;
            kept.write(bytes, 0, Math.min(count, most - kept.size()));
        }
    }

    public Captured out() {
        return out;
    }

    public Captured err() {
        return err;
    }

    @Override
    public void addTo(PollSet set) {
        if (stdin >= 0) {
            set.add(stdin, PollSet.POLLOUT);
        }
        if (out.descriptor >= 0) {
            set.add(out.descriptor, PollSet.POLLIN);
        }
        if (err.descriptor >= 0) {
            set.add(err.descriptor, PollSet.POLLIN);
        }
    }

    @Override
    public void relay(PollSet found) {
        if (stdin >= 0 && found.found(stdin, PollSet.POLLOUT | PollSet.POLLERR)) {
            feed();
        }
        read(out, found);
        read(err, found);
    }

    private void feed() {
        int count = Math.min(input.length - written, PIECE);
        int taken = Transfer.write(linux, stdin, input, written, count);
        if (taken == Transfer.WOULD_WAIT) {
            return;
        }
        written += taken;
        if (taken == 0 || written == input.length) {
            closeInput();
        }
    }

    private void read(Captured stream, PollSet found) {
        if (stream.descriptor < 0 || !found.found(stream.descriptor, PollSet.POLLIN | PollSet.POLLHUP)) {
            return;
        }
        int got = Transfer.read(linux, stream.descriptor, buffer);
        if (got > 0) {
            stream.take(buffer, got);
        } else if (got == 0) {
            linux.close(stream.descriptor);
            stream.descriptor = -1;
        }
    }

    private void closeInput() {
        linux.close(stdin);
        stdin = -1;
    }

    @Override
    public boolean isOpen() {
        return out.descriptor >= 0 || err.descriptor >= 0;
    }

    @Override
    public void terminal(int master) {
        // Nobody is there to look at it: a command that is waited for gets pipes.
        linux.close(master);
    }

    @Override
    public void close() {
        if (stdin >= 0) {
            closeInput();
        }
        for (Captured stream : new Captured[] {out, err}) {
            if (stream.descriptor >= 0) {
                linux.close(stream.descriptor);
                stream.descriptor = -1;
            }
        }
    }
}
