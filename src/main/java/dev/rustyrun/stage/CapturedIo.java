package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.spec.CapturedOutput;

/**
 * Writes a command's input and captures its output and its errors, up to a limit for each. Data beyond the limit is
 * read and discarded, so that a command with much output is neither blocked nor uses memory here.
 */
public final class CapturedIo implements CommandIo {

    private static final int PIECE = 16 * 1024;

    private final Linux linux;
    private final byte[] input;
    private final CapturedOutput output;
    private final byte[] buffer = new byte[PIECE];
    private int stdin;
    private int stdout;
    private int stderr;
    private int written;

    /**
     * @param pipes pipes of the command, which this object then owns
     * @param input input for the command
     * @param output keeps the output; the command is abandoned when it has no memory
     */
    public CapturedIo(Linux linux, CommandPipes pipes, byte[] input, CapturedOutput output) {
        this.linux = linux;
        this.input = input;
        this.output = output;
        this.stdin = pipes.stdin();
        this.stdout = pipes.stdout();
        this.stderr = pipes.stderr();
        if (input.length == 0) {
            closeInput();
        }
    }

    @Override
    public void addTo(PollSet set) {
        if (stdin >= 0) {
            set.add(stdin, PollSet.POLLOUT);
        }
        if (stdout >= 0) {
            set.add(stdout, PollSet.POLLIN);
        }
        if (stderr >= 0) {
            set.add(stderr, PollSet.POLLIN);
        }
    }

    @Override
    public void relay(PollSet found) {
        if (stdin >= 0 && found.found(stdin, PollSet.POLLOUT | PollSet.POLLERR)) {
            feed();
        }
        stdout = read(stdout, output.out(), found);
        stderr = read(stderr, output.err(), found);
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

    private int read(int descriptor, CapturedOutput.Stream stream, PollSet found) {
        if (descriptor < 0 || !found.found(descriptor, PollSet.POLLIN | PollSet.POLLHUP)) {
            return descriptor;
        }
        int got = Transfer.read(linux, descriptor, buffer);
        if (got > 0) {
            stream.take(buffer, got);
        } else if (got == 0) {
            linux.close(descriptor);
            return -1;
        }
        return descriptor;
    }

    private void closeInput() {
        linux.close(stdin);
        stdin = -1;
    }

    @Override
    public boolean isOpen() {
        return stdout >= 0 || stderr >= 0;
    }

    @Override
    public boolean isAbandoned() {
        return output.isRefused();
    }

    @Override
    public void terminal(int master) {
        // A command that is waited for gets pipes, so nothing reads this terminal.
        linux.close(master);
    }

    @Override
    public void close() {
        int[] open = {stdin, stdout, stderr};
        stdin = -1;
        stdout = -1;
        stderr = -1;
        linux.closeAll(open);
    }
}
