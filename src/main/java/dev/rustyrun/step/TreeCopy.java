package dev.rustyrun.step;

import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.OpenFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Copies what is in one open directory into another, for {@code tmpcopyup} and volumes: directories, regular files and symbolic
 * links, with owner, permissions and times; other files are left out. The source belongs to whoever made the image: every name is opened
 * relative to its directory, and no link is followed.
 */
final class TreeCopy {

    private final Linux linux;
    private final byte[] buffer = new byte[64 * 1024];

    TreeCopy(Linux linux) {
        this.linux = linux;
    }

    /** The same with what is said of the directory itself. */
    void copyWhole(OpenFile from, OpenFile to) {
        copy(from.descriptor(), to.descriptor());
        giveTo(linux.status(from.descriptor()), to);
    }

    /** Copies the contents of the open directory {@code from} into the open directory {@code to}. */
    void copy(int from, int to) {
        try (DirectoryStream<Path> names = Files.newDirectoryStream(Path.of("/proc/self/fd/" + from))) {
            for (Path name : names) {
                copy(from, to, name.getFileName().toString());
            }
        } catch (IOException e) {
            throw new StepFailure("what it covers cannot be read: " + e.getMessage());
        }
    }

    private void copy(int from, int to, String name) {
        FileStatus status = linux.status(from, name);
        if (status.isDirectory()) {
            linux.makeDirectory(to, name, 0700);
            try (OpenFile source = open(from, name, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY);
                    OpenFile target = open(to, name, FileFlag.O_RDONLY | FileFlag.O_DIRECTORY)) {
                copy(source.descriptor(), target.descriptor());
                giveTo(status, target);
            }
        } else if (status.isRegularFile()) {
            linux.makeNode(to, name, FileFlag.S_IFREG | 0600, 0);
            try (OpenFile source = open(from, name, FileFlag.O_RDONLY | FileFlag.O_NONBLOCK);
                    OpenFile target = open(to, name, FileFlag.O_WRONLY)) {
                copyContents(source.descriptor(), target.descriptor());
                giveTo(status, target);
            }
        } else if (status.isSymbolicLink()) {
            linux.makeSymbolicLink(linux.readLink(from, name), to, name);
            linux.changeOwner(to, name, status.uid(), status.gid());
            linux.setTimes(to, name, status.modified(), status.modifiedNanos());
        }
    }

    private OpenFile open(int directory, String name, int flags) {
        return new OpenFile(linux, linux.openWithoutLinks(directory, name, flags));
    }

    private void copyContents(int from, int to) {
        for (int got = linux.read(from, buffer, buffer.length);
                got > 0;
                got = linux.read(from, buffer, buffer.length)) {
            for (int done = 0; done < got; ) {
                done += linux.write(to, buffer, done, got - done);
            }
        }
    }

    private void giveTo(FileStatus status, OpenFile target) {
        linux.changeOwner(target.descriptor(), status.uid(), status.gid());
        linux.changeMode(target.descriptor(), status.permissions());
        linux.setTimes(target.descriptor(), status.modified(), status.modifiedNanos());
    }
}
