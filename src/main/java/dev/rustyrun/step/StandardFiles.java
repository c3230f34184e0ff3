package dev.rustyrun.step;

import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;

/**
 * The descriptors 0, 1 and 2 of this process, which the command inherits. The command may run as another user, who must own
 * their files to open them again, for example as {@code /dev/stdout}.
 */
public final class StandardFiles {

    private StandardFiles() {}

    /**
     * Makes {@code uid} the owner of pipes, sockets, and files that the command may write, as other runtimes do. All other
     * files keep their owner: devices, such as the caller's terminal, files that the command may only read, such as
     * {@code /etc/passwd}, and files of the kernel.
     *
     * @param gid the new group; -1 to keep it. A process in another user namespace can change the owner of a file only if
     *     the file's owner and group both belong to that namespace
     */
    public static void give(Linux linux, int uid, int gid) {
        for (int file = 0; file < Connection.DESCRIPTOR; file++) {
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
                // Closed, or owned by another user: the command can use the descriptor, but not open its file again.
            }
        }
    }
}
