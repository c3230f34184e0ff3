package dev.rustyrun.container.files;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Writes a directory or a file of a container into a tar stream. The container may replace any file meanwhile. So each
 * name is first opened with O_PATH relative to its open directory, which has no side effect on any kind of file. Only a
 * regular file or a directory is then reopened for reading, through this descriptor. So no link is followed, and no
 * device or FIFO is opened. A mount point below the directory is an empty directory in the stream.
 */
final class TreeArchive {

    private static final int MAX_DEPTH = 200;

    private final Linux linux;
    private final TarArchiveOutputStream tar;
    private final FileOwners owners;
    private final byte[] buffer = new byte[64 * 1024];
    private boolean strict;

    /** @param owners translates the owners of the files */
    TreeArchive(Linux linux, OutputStream out, FileOwners owners) {
        this.owners = owners;
        this.linux = linux;
        this.tar = new TarArchiveOutputStream(out, StandardCharsets.UTF_8.name());
        tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        tar.setAddPaxHeadersForNonAsciiNames(true);
    }

    /**
     * From now on, an unreadable file is a failure; by default it is omitted. Devices, FIFOs and sockets are always
     * omitted.
     */
    TreeArchive strictly() {
        strict = true;
        return this;
    }

    /**
     * Writes the tree and the end of the stream.
     *
     * @param start the file or directory, open with O_PATH
     * @param name the name of a file in the stream; the entries of a directory are named relative to it
     * @throws IOException when the reader has closed the stream, or the tree is too deep
     */
    void write(OpenFile start, String name) throws IOException {
        FileStatus status = linux.status(start.descriptor());
        if (status.isDirectory()) {
            directory(start, status, "", MAX_DEPTH);
        } else {
            write(start, status, name, MAX_DEPTH);
        }
        tar.finish();
        tar.flush();
    }

    /**
     * Like {@link #write(OpenFile, String)}, but {@code name} is also the name of a directory.
     *
     * @throws IOException when the reader has closed the stream, or the tree is too deep
     */
    void writeAs(OpenFile start, String name) throws IOException {
        write(start, linux.status(start.descriptor()), name, MAX_DEPTH);
        tar.finish();
        tar.flush();
    }

    private void directory(OpenFile directory, FileStatus status, String path, int depthLeft) throws IOException {
        if (depthLeft == 0) {
            throw new IOException("directories are nested more than " + MAX_DEPTH + " deep");
        }
        put(entry(path.isEmpty() ? "./" : path, TarConstants.LF_DIR, status), 0);
        tar.closeArchiveEntry();
        Optional<OpenFile> opened = open(directory, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY, path);
        if (opened.isEmpty()) {
            return;
        }
        try (OpenFile contents = opened.get()) {
            for (List<String> names = namesOf(contents); !names.isEmpty(); names = namesOf(contents)) {
                for (String name : names) {
                    member(contents, name, path + name, depthLeft);
                }
            }
        }
    }

    private List<String> namesOf(OpenFile directory) {
        return linux.nextNames(directory.descriptor(), name -> {
            if (strict) {
                throw new UncheckedIOException(
                        new IOException(Printable.quoted(name) + " cannot be copied: its name is not UTF-8"));
            }
        });
    }

    private void member(OpenFile directory, String name, String path, int depthLeft) throws IOException {
        try (OpenFile file = new OpenFile(
                linux,
                linux.openOnSameFileSystem(directory.descriptor(), name, FileFlag.O_PATH | FileFlag.O_NOFOLLOW))) {
            write(file, linux.status(file.descriptor()), path, depthLeft);
        } catch (LinuxException e) {
            // The file was removed, or it is a mount point.
            mountPoint(directory, name, path);
        }
    }

    private void mountPoint(OpenFile directory, String name, String path) throws IOException {
        FileStatus status;
        try {
            status = linux.status(directory.descriptor(), name);
        } catch (LinuxException gone) {
            return;
        }
        if (status.isDirectory()) {
            put(entry(path + "/", TarConstants.LF_DIR, status), 0);
            tar.closeArchiveEntry();
        }
    }

    private void write(OpenFile file, FileStatus status, String path, int depthLeft) throws IOException {
        if (status.isDirectory()) {
            directory(file, status, path + "/", depthLeft - 1);
        } else if (status.isRegularFile()) {
            contents(file, status, path);
        } else if (status.isSymbolicLink()) {
            TarArchiveEntry entry = entry(path, TarConstants.LF_SYMLINK, status);
            entry.setLinkName(linux.readLink(file.descriptor(), ""));
            put(entry, 0);
            tar.closeArchiveEntry();
        }
    }

    private void contents(OpenFile file, FileStatus status, String path) throws IOException {
        Optional<OpenFile> opened = open(file, FileFlag.O_RDONLY, path);
        if (opened.isEmpty()) {
            return;
        }
        try (OpenFile contents = opened.get()) {
            put(entry(path, TarConstants.LF_NORMAL, status), status.size());
            long left = status.size();
            for (int got = 1; left > 0 && got > 0; left -= got) {
                got = linux.read(contents.descriptor(), buffer, (int) Math.min(left, buffer.length));
                tar.write(buffer, 0, got);
            }
            // If the file has become shorter, the rest is zeros, because the header with its size is already written.
            Arrays.fill(buffer, (byte) 0);
            for (int count; left > 0; left -= count) {
                count = (int) Math.min(left, buffer.length);
                tar.write(buffer, 0, count);
            }
            tar.closeArchiveEntry();
        }
    }

    /** Reopens the same file for reading; empty when that is not permitted. */
    private Optional<OpenFile> open(OpenFile file, int flags, String path) throws IOException {
        try {
            return Optional.of(new OpenFile(linux, linux.open(file.path(), flags | FileFlag.O_NONBLOCK)));
        } catch (LinuxException e) {
            if (strict) {
                throw new IOException(Printable.quoted(path.isEmpty() ? "it" : path) + " cannot be read: "
                        + Errno.describe(e.errno()));
            }
            return Optional.empty();
        }
    }

    private TarArchiveEntry entry(String path, byte kind, FileStatus status) {
        TarArchiveEntry entry = new TarArchiveEntry(path, kind);
        entry.setMode(status.permissions());
        entry.setUserId(owners.userInside(status.uid()));
        entry.setGroupId(owners.groupInside(status.gid()));
        entry.setUserName("");
        entry.setGroupName("");
        entry.setModTime(status.modified() * 1000);
        return entry;
    }

    private void put(TarArchiveEntry entry, long size) throws IOException {
        entry.setSize(size);
        tar.putArchiveEntry(entry);
    }
}
