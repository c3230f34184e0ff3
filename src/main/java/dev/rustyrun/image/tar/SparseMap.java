package dev.rustyrun.image.tar;

import dev.rustyrun.image.tar.TarReader.InvalidTarException;
import java.util.ArrayList;
import java.util.List;

/**
 * The map of a sparse file: the offsets and sizes of its pieces, in order and without overlaps; info tar, "Storing
 * Sparse Files".
 */
public final class SparseMap {

    private static final int MAX_PIECES = 1_000_000;

    private final List<long[]> pieces = new ArrayList<>();
    private long end;
    private long total;
    private long wholeSize = -1;

    SparseMap() {}

    void add(long offset, long size) throws InvalidTarException {
        if (offset < end || size < 0 || offset > TarReader.MAX_SIZE || size > TarReader.MAX_SIZE) {
            throw new InvalidTarException("the map of a sparse file is damaged");
        }
        if (pieces.size() == MAX_PIECES) {
            throw new InvalidTarException("a sparse file has more than " + MAX_PIECES + " pieces");
        }
        end = offset + size;
        total += size;
        if (size > 0) {
            pieces.add(new long[] {offset, size});
        }
    }

    void wholeSize(long size) {
        wholeSize = size;
    }

    /** Checks the map against the size of the stored contents. */
    void check(long contents) throws InvalidTarException {
        if (total != contents || wholeSize < end || wholeSize > TarReader.MAX_SIZE) {
            throw new InvalidTarException("the map of a sparse file does not fit its size");
        }
    }

    /** The size of the file with its holes. */
    public long wholeSize() {
        return wholeSize;
    }

    /** The number of pieces. */
    public int count() {
        return pieces.size();
    }

    /** The offset of the piece {@code i}. */
    public long offset(int i) {
        return pieces.get(i)[0];
    }

    /** The size of the piece {@code i}. */
    public long size(int i) {
        return pieces.get(i)[1];
    }
}
