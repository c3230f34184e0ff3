package dev.rustyrun.stage;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.PollSet;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a command's input and captures its output and its errors, up to a limit for each. Data beyond the limit is
 * read and discarded, so that a command with much output is neither blocked nor uses memory here.
 */
public final class CapturedIo implements CommandIo {

    private static final int PIECE = 16 * 1024;

    /** A budget for captured output. */
    public interface Room {
        /** Reserves memory for {@code bytes}; returns false if there is not enough. */
        boolean take(long bytes);
    }

    private final Linux linux;
    private final byte[] input;
    private final Room room;
    private final Captured out;
    private final Captured err;
    private final byte[] buffer = new byte[PIECE];
    private int stdin;
    private int written;

    /**
     * @param pipes pipes of the command, which this object then owns
     * @param input input for the command
     * @param mostBytes maximum number of bytes to keep of each output
     */
    public CapturedIo(Linux linux, CommandPipes pipes, byte[] input, int mostBytes) {
        this(linux, pipes, input, mostBytes, bytes -> true);
    }

    /**
     * As above, with a budget for the outputs. The command is abandoned when {@code room} has no space for them.
     */
    public CapturedIo(Linux linux, CommandPipes pipes, byte[] input, int mostBytes, Room room) {
        this.linux = linux;
        this.room = room;
        this.input = input;
        this.stdin = pipes.stdin();
        this.out = new Captured(pipes.stdout(), mostBytes, room);
        this.err = new Captured(pipes.stderr(), mostBytes, room);
        if (input.length == 0) {
            closeInput();
        }
    }

    /** The output of one descriptor, up to its end or to the limit. */
    public static final class Captured {

        private static final int MIN_CHUNK = 256;
        private static final int MAX_CHUNK = 256 * 1024;

        private final int most;
        private final Room room;
        /** All but the last are full. A list avoids copying when the output grows. */
        private final List<byte[]> chunks = new ArrayList<>(1);

        private int last;
        private int size;
        private int descriptor;
        private long total;
        private boolean refused;

        private Captured(int descriptor, int most, Room room) {
            this.descriptor = descriptor;
            this.most = most;
            this.room = room;
        }

        /** The captured bytes. */
        public byte[] bytes() {
            byte[] all = new byte[size];
            int at = 0;
            for (byte[] chunk : chunks()) {
                System.arraycopy(chunk, 0, all, at, chunk.length);
                at += chunk.length;
            }
            return all;
        }

        /** The captured bytes in chunks. */
        public List<byte[]> chunks() {
            List<byte[]> all = new ArrayList<>(chunks);
            if (!all.isEmpty()) {
                all.set(all.size() - 1, Arrays.copyOf(all.get(all.size() - 1), last));
            }
            return all;
        }

        /** The number of captured bytes. */
        public int size() {
            return size;
        }

        /** The number of bytes that the command has written in total. */
        public long total() {
            return total;
        }

        /** Whether more was written than was captured. */
        public boolean truncated() {
            return total > size;
        }

        private void take(byte[] bytes, int count) {
            total += count;
            int kept = Math.min(count, most - size);
            for (int done = 0; done < kept && !refused; ) {
                byte[] chunk = chunk(kept - done);
                if (refused) {
                    return;
                }
                int piece = Math.min(kept - done, chunk.length - last);
                System.arraycopy(bytes, done, chunk, last, piece);
                done += piece;
                last += piece;
                size += piece;
            }
        }

        private byte[] chunk(int wanted) {
            if (!chunks.isEmpty() && last < chunks.get(chunks.size() - 1).length) {
                return chunks.get(chunks.size() - 1);
            }
            int length = Math.min(Math.max(Math.max(MIN_CHUNK, wanted), Math.min(size, MAX_CHUNK)), most - size);
            refused = !room.take(length);
            byte[] chunk = new byte[refused ? 0 : length];
            if (!refused) {
                chunks.add(chunk);
                last = 0;
            }
            return chunk;
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

    /** Whether the budget was exceeded, and the command was killed for that. */
    public boolean isRefused() {
        return out.refused || err.refused;
    }

    @Override
    public boolean isAbandoned() {
        return isRefused();
    }

    @Override
    public void terminal(int master) {
        // A command that is waited for gets pipes, so nothing reads this terminal.
        linux.close(master);
    }

    @Override
    public void close() {
        int[] open = {stdin, out.descriptor, err.descriptor};
        stdin = -1;
        out.descriptor = -1;
        err.descriptor = -1;
        linux.closeAll(open);
    }
}
