package dev.rustyrun.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/** The destination of the files of an archive. */
interface ArchiveSink {

    /** Adds a file of {@code size} bytes. */
    void add(String name, long size, InputStream in) throws IOException;

    /** A tar. For reproducible output, all files have the time 0 and belong to root. */
    final class Tar implements ArchiveSink, AutoCloseable {

        private static final int MODE = 0100644;

        private final TarArchiveOutputStream tar;

        Tar(OutputStream out) {
            tar = new TarArchiveOutputStream(out, "UTF-8");
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        }

        @Override
        public void add(String name, long size, InputStream in) throws IOException {
            TarArchiveEntry entry = new TarArchiveEntry(name);
            entry.setSize(size);
            entry.setMode(MODE);
            entry.setModTime(0);
            entry.setIds(0, 0);
            entry.setNames("", "");
            tar.putArchiveEntry(entry);
            in.transferTo(tar);
            tar.closeArchiveEntry();
        }

        @Override
        public void close() throws IOException {
            tar.close();
        }
    }

    /** A directory. */
    record Directory(Path root) implements ArchiveSink {

        @Override
        public void add(String name, long size, InputStream in) throws IOException {
            Path path = root.resolve(name);
            Files.createDirectories(path.getParent());
            try (FileChannel file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                in.transferTo(Channels.newOutputStream(file));
                file.force(true);
            }
        }
    }
}
