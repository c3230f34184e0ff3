package dev.rustyrun.image.tar;

import dev.rustyrun.linux.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a tar stream strictly: POSIX ustar and pax, and GNU long names. A general library guesses the meaning of
 * damaged or unusual headers, expands sparse files and accepts headers of any size. Here each of these is an error: the
 * stream is not trusted, and a file must never be unpacked with another name or other contents than its sender meant.
 * In an {@linkplain #ofLayer image layer}, names that are not UTF-8, sparse files, devices and extended attributes are
 * supported too.
 */
public final class TarReader {

    public static final char FILE = '0';
    public static final char HARD_LINK = '1';
    public static final char SYMBOLIC_LINK = '2';
    public static final char CHARACTER_DEVICE = '3';
    public static final char BLOCK_DEVICE = '4';
    public static final char DIRECTORY = '5';
    public static final char FIFO = '6';

    private static final char OLD_FILE = '\0';
    private static final char CONTIGUOUS_FILE = '7';
    private static final char SPARSE_FILE = 'S';
    private static final char LONG_NAME = 'L';
    private static final char LONG_LINK = 'K';
    private static final char PAX = 'x';
    private static final char GLOBAL_PAX = 'g';

    private static final int BLOCK = TarHeader.SIZE;
    private static final int MAX_HEADER = 1024 * 1024;
    static final long MAX_SIZE = 1L << 50;

    private final InputStream in;
    private final boolean layer;
    private final byte[] block = new byte[BLOCK];
    private final TarHeader header;
    private boolean begun;
    private long left;
    private int padding;
    private PaxHeader headers;

    /** A reader of an archive that a client has sent. */
    public TarReader(InputStream in) {
        this(in, false);
    }

    private TarReader(InputStream in, boolean layer) {
        this.in = in;
        this.layer = layer;
        this.header = new TarHeader(block, layer);
        this.headers = new PaxHeader(layer);
    }

    /** A reader of an image layer; its names are {@link dev.rustyrun.linux.FileName}s. */
    public static TarReader ofLayer(InputStream in) {
        return new TarReader(in, true);
    }

    /**
     * An entry of the archive.
     *
     * @param type the type flag; an old-style file whose name ends with a slash is a directory
     * @param link the target of a link; else empty
     * @param more the other metadata
     */
    public record Entry(String name, String link, char type, int mode, long uid, long gid, More more) {}

    /**
     * The modification time of an entry, and metadata that is read only from layers.
     *
     * @param seconds the modification time in seconds since 1970
     * @param nanos the nanoseconds that are added to {@code seconds}
     * @param major the major number of a device
     * @param minor the minor number of a device
     * @param attributes extended attributes by their names
     * @param holes the map of a sparse file
     */
    public record More(
            long seconds, int nanos, int major, int minor, Map<String, byte[]> attributes, Optional<SparseMap> holes) {

        static final More NONE = new More(0, 0, 0, 0, Map.of(), Optional.empty());
    }

    /** The stream is not a valid tar stream, or has unsupported entries. */
    public static final class InvalidTarException extends IOException {
        private static final long serialVersionUID = 1;

        public InvalidTarException(String why) {
            super(why);
        }
    }

    /**
     * Skips the rest of the current entry, and reads the next one; empty at the end of the archive.
     *
     * @throws InvalidTarException when the stream is invalid, or has an unsupported entry
     */
    public Optional<Entry> next() throws IOException {
        skipContents();
        headers = new PaxHeader(layer);
        while (true) {
            if (!readBlock()) {
                return Optional.empty();
            }
            begun = true;
            char type = header.type();
            switch (type) {
                case PAX -> headers.add(contents(), "");
                case GLOBAL_PAX -> new PaxHeader(layer).add(contents(), "global ");
                case LONG_NAME -> headers.name(untilNul(contents()));
                case LONG_LINK -> headers.link(untilNul(contents()));
                case SPARSE_FILE -> {
                    if (!layer) {
                        throw new InvalidTarException("entry " + Printable.quoted(header.name())
                                + " is a sparse file; store it without holes");
                    }
                    return Optional.of(entry(FILE, Optional.of(pieces())));
                }
                default -> {
                    return Optional.of(entry(type, Optional.empty()));
                }
            }
        }
    }

    /**
     * Reads the map of a sparse file in the old GNU format, which continues in blocks after the header. The header
     * block is kept.
     */
    private SparseMap pieces() throws IOException {
        SparseMap pieces = new SparseMap();
        pieces.wholeSize(header.wholeSize());
        byte[] more = new byte[BLOCK];
        for (boolean continued = TarHeader.addPieces(block, 386, 4, pieces); continued; ) {
            if (in.readNBytes(more, 0, BLOCK) < BLOCK) {
                throw ended();
            }
            continued = TarHeader.addPieces(more, 0, 21, pieces);
        }
        return pieces;
    }

    private Entry entry(char flag, Optional<SparseMap> pieces) throws IOException {
        String name = headers.name().isPresent() ? headers.name().get() : header.name();
        String link = headers.link().isPresent() ? headers.link().get() : header.link();
        char type = flag == OLD_FILE || flag == CONTIGUOUS_FILE ? FILE : flag;
        if (flag == OLD_FILE && name.endsWith("/")) {
            type = DIRECTORY;
        }
        long size = headers.size().isPresent() ? headers.size().getAsLong() : header.size();
        if (size < 0 || size > MAX_SIZE) {
            throw new InvalidTarException("entry " + Printable.quoted(name) + " has a size of " + size + " bytes");
        }
        if (size > 0 && type != FILE && layer && type >= HARD_LINK && type <= FIFO) {
            // Some writers store the size of a link's target here; like other engines, this reader ignores it.
            size = 0;
        }
        if (size > 0 && (type == HARD_LINK || type == SYMBOLIC_LINK || type == DIRECTORY)) {
            throw new InvalidTarException("entry " + Printable.quoted(name) + " is not a file but has contents");
        }
        left = size;
        padding = padding(size);
        return new Entry(
                name,
                link,
                type,
                header.mode(),
                headers.uid().orElse(header.owner()),
                headers.gid().orElse(header.group()),
                layer ? more(type, pieces) : dated());
    }

    private long seconds() throws IOException {
        return headers.seconds().isPresent() ? headers.seconds().getAsLong() : header.modified();
    }

    private More dated() throws IOException {
        return new More(seconds(), headers.nanos(), 0, 0, Map.of(), Optional.empty());
    }

    private More more(char type, Optional<SparseMap> pieces) throws IOException {
        boolean device = type == CHARACTER_DEVICE || type == BLOCK_DEVICE;
        Optional<SparseMap> holes =
                pieces.isPresent() ? pieces : headers.sparse().map();
        if (holes.isPresent() && type != FILE) {
            throw new InvalidTarException("an entry that is not a file has a sparse map");
        }
        if (pieces.isEmpty() && headers.sparse().hasMapBeforeContents()) {
            readMap(holes.orElseThrow());
        }
        if (holes.isPresent()) {
            holes.get().check(left);
        }
        return new More(
                seconds(),
                headers.nanos(),
                device ? header.deviceMajor() : 0,
                device ? header.deviceMinor() : 0,
                headers.attributes(),
                holes);
    }

    /**
     * Reads the map of GNU format 1.0: the number of pieces, then the offset and size of each, one number per line,
     * padded to whole blocks.
     */
    private void readMap(SparseMap map) throws IOException {
        MapLines lines = new MapLines();
        long count = lines.next();
        for (long i = 0; i < count; i++) {
            map.add(lines.next(), lines.next());
        }
    }

    private final class MapLines {

        private final byte[] bytes = new byte[BLOCK];
        private int at = BLOCK;

        long next() throws IOException {
            StringBuilder number = new StringBuilder();
            for (char c = character(); c != '\n'; c = character()) {
                number.append(c);
                if (number.length() > 18) {
                    throw new InvalidTarException("the map of a sparse file is damaged");
                }
            }
            return SparseHeader.number(number.toString());
        }

        private char character() throws IOException {
            if (at == BLOCK) {
                if (left < BLOCK || in.readNBytes(bytes, 0, BLOCK) < BLOCK) {
                    throw new InvalidTarException("the map of a sparse file ends too early");
                }
                left -= BLOCK;
                at = 0;
            }
            return (char) (bytes[at++] & 0xff);
        }
    }

    /** Reads contents of the current entry; -1 at their end. */
    public int read(byte[] buffer) throws IOException {
        return read(buffer, buffer.length);
    }

    /** Reads at most {@code most} bytes of contents of the current entry; -1 at their end. */
    public int read(byte[] buffer, int most) throws IOException {
        if (left == 0) {
            return -1;
        }
        int got = in.read(buffer, 0, (int) Math.min(most, left));
        if (got < 0) {
            throw ended();
        }
        left -= got;
        return got;
    }

    private void skipContents() throws IOException {
        byte[] buffer = new byte[left > 0 ? 64 * 1024 : 1];
        while (left > 0) {
            read(buffer);
        }
        if (in.readNBytes(padding).length < padding) {
            throw ended();
        }
        padding = 0;
    }

    /** The contents of an extended header. */
    private byte[] contents() throws IOException {
        long size = header.size();
        if (size < 0 || size > MAX_HEADER) {
            throw new InvalidTarException("a header has an invalid size of " + size + " bytes; more than " + MAX_HEADER
                    + " are not supported");
        }
        byte[] bytes = in.readNBytes((int) size);
        int fill = padding(size);
        if (bytes.length < size || in.readNBytes(fill).length < fill) {
            throw ended();
        }
        return bytes;
    }

    private static int padding(long size) {
        return (int) (-size & BLOCK - 1);
    }

    /** Reads the next header block; false at the end of the archive, after which only zeros may follow. */
    private boolean readBlock() throws IOException {
        int got = in.readNBytes(block, 0, BLOCK);
        if (got == 0 && begun) {
            return false;
        }
        if (got < BLOCK) {
            throw begun ? ended() : new InvalidTarException("it has " + got + " bytes, and a header has " + BLOCK);
        }
        if (isZero(block, BLOCK)) {
            byte[] rest = new byte[64 * 1024];
            for (int more = in.read(rest); more >= 0; more = in.read(rest)) {
                if (!isZero(rest, more)) {
                    throw new InvalidTarException("something follows the end of the archive");
                }
            }
            return false;
        }
        header.checkSum();
        return true;
    }

    private static boolean isZero(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private String untilNul(byte[] bytes) throws InvalidTarException {
        return TarHeader.name(TarHeader.text(bytes, layer));
    }

    private static InvalidTarException ended() {
        return new InvalidTarException("it ends within an entry");
    }
}
