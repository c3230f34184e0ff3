package dev.rustyrun.spec;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The output and the errors of a command in memory, each up to a limit; data beyond it is only counted. */
public final class CapturedOutput {

    /** A budget for captured output. */
    public interface Room {
        /** Reserves memory for {@code bytes}; returns false if there is not enough. */
        boolean take(long bytes);
    }

    private final Stream out;
    private final Stream err;

    /** @param mostBytes maximum number of bytes to keep of each output */
    public CapturedOutput(int mostBytes, Room room) {
        this.out = new Stream(mostBytes, room);
        this.err = new Stream(mostBytes, room);
    }

    public Stream out() {
        return out;
    }

    public Stream err() {
        return err;
    }

    /** Whether the budget had no room for the output. */
    public boolean isRefused() {
        return out.refused || err.refused;
    }

    /** What the command writes to one of its standard files. */
    public static final class Stream {

        private static final int MIN_CHUNK = 256;
        private static final int MAX_CHUNK = 256 * 1024;

        private final int most;
        private final Room room;
        /** All but the last are full. A list avoids copying when the output grows. */
        private final List<byte[]> chunks = new ArrayList<>(1);

        private int last;
        private int size;
        private long total;
        private boolean refused;

        private Stream(int most, Room room) {
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

        /** Keeps the first {@code count} of {@code bytes}, or as many as the limit allows. */
        public void take(byte[] bytes, int count) {
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
}
