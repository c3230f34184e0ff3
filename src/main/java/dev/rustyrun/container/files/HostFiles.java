package dev.rustyrun.container.files;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/** Packs files of this machine for a container, and unpacks files of a container on this machine. */
public final class HostFiles {

    private final Linux linux;

    public HostFiles(Linux linux) {
        this.linux = linux;
    }

    /**
     * Writes a directory or a file as a tar stream, in which everything belongs to root.
     *
     * @param name the name in the stream; empty for the contents of a directory without the directory itself
     * @throws IOException when the reader has closed the stream, or the tree is too deep
     */
    public void pack(String source, Optional<String> name, OutputStream out) throws IOException {
        TreeArchive archive = new TreeArchive(linux, out, owners()).strictly();
        try (OpenFile start = new OpenFile(linux, linux.open(source, FileFlag.O_PATH))) {
            if (name.isPresent()) {
                archive.writeAs(start, name.get());
            } else {
                archive.write(start, "");
            }
        }
    }

    /**
     * Unpacks a tar stream into a directory. The files belong to the caller and are neither set-user-id nor
     * set-group-id: a container must not be able to put such a program on this machine.
     *
     * @param below a subdirectory to unpack into, made if it is missing; a link is not followed, because it may come
     *        from an earlier copy
     * @param onlyName the new name of the stream's only file; empty to keep its name
     * @throws IOException when the stream is not a tar stream, or is truncated
     */
    public void unpack(InputStream tar, String directory, Optional<String> below, Optional<String> onlyName)
            throws IOException {
        try (OpenFile base = new OpenFile(linux, linux.open(directory, FileFlag.O_PATH | FileFlag.O_DIRECTORY))) {
            if (below.isEmpty()) {
                TreeUnpacking.onHost(linux, base, owners(), onlyName).unpack(tar);
                return;
            }
            try (OpenFile inner = made(base, below.get())) {
                TreeUnpacking.onHost(linux, inner, owners(), onlyName).intoNew().unpack(tar);
            }
        }
    }

    private OpenFile made(OpenFile base, String name) throws IOException {
        try {
            linux.makeDirectory(base.descriptor(), name, 0755);
        } catch (LinuxException e) {
            if (e.errno() != Errno.EEXIST) {
                throw e;
            }
        }
        try {
            return new OpenFile(
                    linux,
                    linux.openInRoot(
                            base.descriptor(), name, FileFlag.O_PATH | FileFlag.O_DIRECTORY | FileFlag.O_NOFOLLOW));
        } catch (LinuxException e) {
            throw new IOException(Printable.quoted(name) + " is in the way: it is not a directory");
        }
    }

    private FileOwners owners() {
        return FileOwners.one(linux.userId(), linux.groupId());
    }
}
