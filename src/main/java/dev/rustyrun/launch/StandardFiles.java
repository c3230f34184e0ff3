package dev.rustyrun.launch;

import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;

/**
 * This process's descriptors 0, 1 and 2, which a command gets that may be another user: without being their owner it could not
 * open them anew, as by {@code /dev/stdout}.
 */
public final class StandardFiles {

    private StandardFiles() {}

    /**
     * Gives them to {@code uid}, as other runtimes do: pipes, sockets, and files that the command may write. All others
     * stay whose they are: devices, such as the caller's terminal, files that it may only read, such as {@code /etc/passwd},
     * and those of the kernel.
     *
     * @param gid of their group; -1 to leave it. Who is in another user namespace can give on only what has both from there
     */
    public static void give(Linux linux, int uid, int gid) {
        for (int file = 0; file < StageChannel.DESCRIPTOR; file++) {
            try {
                FileStatus status = linux.status(file);
                boolean given = status.isPipe()
                        || status.isSocket()
                        || status.isRegularFile()
                                && linux.isWritable(file)
                                && !linux.fileSystem(file).isOfTheKernel();
                if (given && status.uid() != uid) {
                    linux.changeOwner(file, uid, gid);
                }
            } catch (LinuxException e) {
                // Not there, or somebody else's: the command can use what it was given, and no more.
            }
        }
    }
}
