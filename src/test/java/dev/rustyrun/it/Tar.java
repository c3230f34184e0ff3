package dev.rustyrun.it;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** A tar stream for tests, which may be malicious. */
final class Tar {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

    Tar() {
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    Tar file(String name, String text) {
        return file(name, text.getBytes(StandardCharsets.UTF_8), 0644, 0);
    }

    Tar file(String name, byte[] contents, int mode, int owner) {
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(contents.length);
        entry.setMode(mode);
        entry.setIds(owner, owner);
        return put(entry, contents);
    }

    Tar directory(String name, int mode, int owner) {
        TarArchiveEntry entry = new TarArchiveEntry(name + "/", true);
        entry.setMode(mode);
        entry.setIds(owner, owner);
        return put(entry, new byte[0]);
    }

    /** Adds a hard or symbolic link, a device or a FIFO. */
    Tar special(String name, byte kind, String target) {
        TarArchiveEntry entry = new TarArchiveEntry(name, kind, true);
        entry.setLinkName(target);
        entry.setDevMajor(8);
        return put(entry, new byte[0]);
    }

    Tar link(String name, String target) {
        return special(name, TarConstants.LF_SYMLINK, target);
    }

    private Tar put(TarArchiveEntry entry, byte[] contents) {
        try {
            tar.putArchiveEntry(entry);
            tar.write(contents);
            tar.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    byte[] bytes() {
        try {
            tar.finish();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Type, mode, owner, target and contents of each entry of a stream, by name. */
    static Map<String, String> entries(byte[] stream) {
        Map<String, String> entries = new TreeMap<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(new ByteArrayInputStream(stream), "UTF-8")) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                entries.put(
                        entry.getName(),
                        (char) entry.getLinkFlag() + " " + Integer.toOctalString(entry.getMode() & 07777) + " "
                                + entry.getLongUserId() + " " + entry.getLinkName()
                                + (entry.getSize() < 10_000
                                        ? new String(in.readAllBytes(), StandardCharsets.UTF_8)
                                        : entry.getSize()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return entries;
    }
}
