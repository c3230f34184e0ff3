package dev.rustyrun.image.tar;

import dev.rustyrun.linux.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a tar stream strictly: POSIX ustar and PAX, and GNU's long names. A general library guesses what damaged or unusual
 * headers mean, expands sparse files and takes headers of any size; here each of them is an error, because the stream comes
 * from somebody who is not trusted, and because a file must never be unpacked under another name or with other contents
 * than its sender meant. Of a {@linkplain #ofLayer layer} more is read: names that are not UTF-8, sparse files, times, devices
 * and extended attributes.
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

    /** A reader of files and directories that a caller has sent. */
    public TarReader(InputStream in) {
        this(in, false);
    }

    private TarReader(InputStream in, boolean layer) {
        this.in = in;
        this.layer = layer;
        this.header = new TarHeader(block, layer);
        this.headers = new PaxHeader(layer);
    }

    /** A reader of a layer of an image; a name in it is a {@link dev.rustyrun.linux.FileName}. */
    public static TarReader ofLayer(InputStream in) {
        return new TarReader(in, true);
    }

    /**
     * A file, a link or a directory.
     *
     * @param type its type flag; a name that ends with a slash makes an old file a directory
     * @param link what it leads to; empty when it is no link
     * @param more what only matters in a layer
     */
    public record Entry(String name, String link, char type, int mode, long uid, long gid, More more) {}

    /**
     * What only a layer says.
     *
     * @param seconds when its contents were last changed, since 1970
     * @param nanos of that second
     * @param major of a device
     * @param minor of a device
     * @param attributes extended attributes by their names
     * @param holes where the contents of a file with holes belong
     */
    public record More(
            long seconds, int nanos, int major, int minor, Map<String, byte[]> attributes, Optional<SparseMap> holes) {

        static final More NONE = new More(0, 0, 0, 0, Map.of(), Optional.empty());
    }

    /** What is not as a tar stream has it. */
    public static final class InvalidTarException extends IOException {
        private static final long serialVersionUID = 1;

        public InvalidTarException(String why) {
            super(why);
        }
    }

    /**
     * The next entry, after what is left of the one before; nothing at the end of the archive.
     *
     * @throws InvalidTarException when the stream is no archive, or one with what is not unpacked
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
                        throw new InvalidTarException(
                                "entry " + Printable.quoted(header.name()) + " is a sparse file; write it whole");
                    }
                    return Optional.of(entry(FILE, Optional.of(pieces())));
                }
                default -> {
                    return Optional.of(entry(type, Optional.empty()));
                }
            }
        }
    }

    /** Of a file with holes in GNU's old form, whose map follows in blocks of its own; its header is kept. */
    private SparseMap pieces() throws IOException {
        SparseMap pieces = new SparseMap();
        pieces.wholeSize(header.wholeSize());
        byte[] more = new byte[BLOCK];
        for (boolean goesOn = TarHeader.addPieces(block, 386, 4, pieces); goesOn; ) {
            if (in.readNBytes(more, 0, BLOCK) < BLOCK) {
                throw ended();
            }
            goesOn = TarHeader.addPieces(more, 0, 21, pieces);
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
            // Some writers give the size of the file that a link leads to; engines take it for none.
            size = 0;
        }
        if (size > 0 && (type == HARD_LINK || type == SYMBOLIC_LINK || type == DIRECTORY)) {
            throw new InvalidTarException("entry " + Printable.quoted(name) + " is no file and has contents");
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
            throw new InvalidTarException("a header says that what is no file has holes");
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

    /** Of GNU's form 1.0: how many pieces, and two numbers for each, a line for each number, in whole blocks. */
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

    /** Reads contents of the entry; -1 at their end. */
    public int read(byte[] buffer) throws IOException {
        return read(buffer, buffer.length);
    }

    /** Reads at most {@code most} bytes of contents of the entry; -1 at their end. */
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

    /** The contents of a header, which its own block describes. */
    private byte[] contents() throws IOException {
        long size = header.size();
        if (size < 0 || size > MAX_HEADER) {
            throw new InvalidTarException("a header has " + size + " bytes, and more than " + MAX_HEADER + " or none");
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

    /** Whether there is another header; false at the end, behind which only zeros may follow. */
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
