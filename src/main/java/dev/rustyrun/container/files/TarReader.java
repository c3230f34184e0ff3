package dev.rustyrun.container.files;

import dev.rustyrun.linux.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Reads a tar stream strictly: POSIX ustar and PAX, and GNU's long names. A general library guesses what damaged or unusual
 * headers mean, expands sparse files and takes headers of any size; here each of them is an error, because the stream comes
 * from somebody who is not trusted, and because a file must never be unpacked under another name or with other contents
 * than its sender meant.
 */
final class TarReader {

    static final char FILE = '0';
    static final char HARD_LINK = '1';
    static final char SYMBOLIC_LINK = '2';
    static final char DIRECTORY = '5';

    private static final char OLD_FILE = '\0';
    private static final char CONTIGUOUS_FILE = '7';
    private static final char SPARSE_FILE = 'S';
    private static final char LONG_NAME = 'L';
    private static final char LONG_LINK = 'K';
    private static final char PAX = 'x';
    private static final char GLOBAL_PAX = 'g';

    private static final int BLOCK = TarHeader.SIZE;
    private static final int MAX_HEADER = 1024 * 1024;
    private static final long MAX_SIZE = 1L << 50;

    private final InputStream in;
    private final byte[] block = new byte[BLOCK];
    private final TarHeader header = new TarHeader(block);
    private boolean begun;
    private long left;
    private int padding;
    private PaxHeader headers = new PaxHeader();

    TarReader(InputStream in) {
        this.in = in;
    }

    /**
     * A file, a link or a directory.
     *
     * @param type its type flag; a name that ends with a slash makes an old file a directory
     * @param link what it leads to; empty when it is no link
     */
    record Entry(String name, String link, char type, int mode, long uid, long gid) {}

    /** What is not as a tar stream has it. */
    static final class InvalidTarException extends IOException {
        private static final long serialVersionUID = 1;

        InvalidTarException(String why) {
            super(why);
        }
    }

    /**
     * The next entry, after what is left of the one before; nothing at the end of the archive.
     *
     * @throws InvalidTarException when the stream is no archive, or one with what is not unpacked
     */
    Optional<Entry> next() throws IOException {
        skipContents();
        headers = new PaxHeader();
        while (true) {
            if (!readBlock()) {
                return Optional.empty();
            }
            begun = true;
            char type = header.type();
            switch (type) {
                case PAX -> headers.add(contents(), "");
                case GLOBAL_PAX -> new PaxHeader().add(contents(), "global ");
                case LONG_NAME -> headers.name(untilNul(contents()));
                case LONG_LINK -> headers.link(untilNul(contents()));
                case SPARSE_FILE ->
                    throw new InvalidTarException(
                            "entry " + Printable.quoted(header.name()) + " is a sparse file; write it whole");
                default -> {
                    return Optional.of(entry(type));
                }
            }
        }
    }

    private Entry entry(char flag) throws InvalidTarException {
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
                headers.gid().orElse(header.group()));
    }

    /** Reads contents of the entry; -1 at their end. */
    int read(byte[] buffer) throws IOException {
        if (left == 0) {
            return -1;
        }
        int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
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

    private static String untilNul(byte[] bytes) throws InvalidTarException {
        return TarHeader.name(TarHeader.text(bytes));
    }

    private static InvalidTarException ended() {
        return new InvalidTarException("it ends within an entry");
    }
}
