package dev.rustyrun.container.files;

import dev.rustyrun.image.tar.TarReader.Entry;
import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.Printable;
import dev.rustyrun.spec.ContainerException;
import dev.rustyrun.spec.ContainerException.Kind;

/** The exceptions for an entry of an archive that cannot be unpacked. */
final class EntryRefusal {

    private EntryRefusal() {}

    /** The entry is invalid. */
    static ContainerException wrong(Entry entry, String why) {
        return new ContainerException(Kind.INVALID_ARCHIVE, words(entry) + " " + why);
    }

    /** A system call failed. */
    static ContainerException of(Entry entry, LinuxException e) {
        return switch (e.errno()) {
            case Errno.EROFS ->
                ContainerException.conflict(words(entry) + " cannot be written: the file system is read-only");
            case Errno.ENOSPC ->
                new ContainerException(Kind.NO_ROOM, words(entry) + " does not fit: the file system is full");
            case Errno.EDQUOT ->
                new ContainerException(
                        Kind.NO_ROOM, words(entry) + " does not fit: the container's storage size limit is reached");
            case Errno.EXDEV ->
                ContainerException.conflict(words(entry) + " is on another mount: copy to the path of that mount");
            default -> ContainerException.conflict(words(entry) + " cannot be unpacked: " + Errno.describe(e.errno()));
        };
    }

    /** The container has made a file at this path at the same time, repeatedly. */
    static ContainerException inTheWay(Entry entry) {
        return ContainerException.conflict(
                words(entry) + " cannot be made: the container keeps making a file with this name");
    }

    private static String words(Entry entry) {
        return "entry " + Printable.quoted(entry.name());
    }
}
