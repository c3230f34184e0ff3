package dev.rustyrun.container;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.FileFlag;
import dev.rustyrun.linux.FileStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * An open directory of this user that no other user can write, replace or create first. It is opened name by name from
 * the root: a directory on the path that others can write must have the sticky bit, or the path is refused. So other
 * Rustyrun processes, which open it by its path, reach the same directory. Its files are opened relative to the
 * descriptor, without following links, and used only if they are plain files of this user.
 */
public final class OwnDirectory implements AutoCloseable {

    private static final int STICKY = 01000;
    private static final int WRITE_GROUP = 0020;
    private static final int WRITE_OTHERS = 0002;
    private static final int MAX_LINKS = 40;
    private static final int PATH_ONLY = FileFlag.O_PATH | FileFlag.O_NOFOLLOW;

    private final Linux linux;
    private final String path;
    private final int descriptor;

    private OwnDirectory(Linux linux, String path, int descriptor) {
        this.linux = linux;
        this.path = path;
        this.descriptor = descriptor;
    }

    /**
     * The directory {@code path}, if it exists.
     *
     * @param path absolute
     * @throws InvalidSpecException when others could change or replace it
     */
    public static Optional<OwnDirectory> find(Linux linux, String path) {
        try {
            return Optional.of(new OwnDirectory(linux, path, new Walk(linux, path, false).open()));
        } catch (LinuxException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw unusable(path, e);
        }
    }

    /**
     * The directory {@code path}; it and its missing parents are created.
     *
     * @param path absolute
     * @throws InvalidSpecException when it cannot be created, or others could change or replace it
     */
    public static OwnDirectory make(Linux linux, String path) {
        try {
            return new OwnDirectory(linux, path, new Walk(linux, path, true).open());
        } catch (LinuxException e) {
            throw unusable(path, e);
        }
    }

    private static InvalidSpecException unusable(String path, LinuxException e) {
        return new InvalidSpecException("the folder " + path + " cannot be used: " + e.getMessage());
    }

    /** The open directory. */
    public int descriptor() {
        return descriptor;
    }

    /** The path by which the directory was opened. */
    public String path() {
        return path;
    }

    /**
     * The identity of the directory. It differs from that of every other directory, also of a later one at the same
     * path.
     */
    String identity() {
        FileStatus.Place place = linux.status(descriptor).place();
        return path + " " + place.deviceMajor() + ":" + place.deviceMinor() + ":" + place.inode();
    }

    /**
     * Checks the directory again, because its mode can change.
     *
     * @return whether it still exists
     * @throws InvalidSpecException when others could change it now
     */
    boolean exists() {
        FileStatus now = linux.status(descriptor);
        checkOwn(linux, path, now);
        return now.links() > 0;
    }

    /** The names in it, sorted; those that begin with a dot are left out. */
    public List<String> names() {
        List<String> all = new ArrayList<>();
        // Another descriptor, because all users of this one share its position in the list.
        try (OpenFile again =
                new OpenFile(linux, linux.openBeneath(descriptor, ".", FileFlag.O_RDONLY | FileFlag.O_DIRECTORY))) {
            for (List<String> some = linux.nextNames(again.descriptor());
                    !some.isEmpty();
                    some = linux.nextNames(again.descriptor())) {
                some.stream().filter(name -> !name.startsWith(".")).forEach(all::add);
            }
        }
        all.sort(null);
        return all;
    }

    /**
     * Opens a file below the directory.
     *
     * @param flags {@link FileFlag}'s
     * @param type the required type: {@code S_IFREG}, {@code S_IFIFO} or {@code S_IFDIR}
     * @throws LinuxException when it cannot be opened, ENOENT when it is missing
     * @throws InvalidSpecException when it has another type, or belongs to another user
     */
    public OpenFile open(String name, int flags, int type) {
        OpenFile file = new OpenFile(
                linux, linux.openWithoutLinks(descriptor, name, flags | FileFlag.O_NOFOLLOW | FileFlag.O_NOCTTY));
        try {
            FileStatus status = linux.status(file.descriptor());
            if ((status.mode() & FileFlag.S_IFMT) != type) {
                throw new InvalidSpecException(
                        path + "/" + name + " is not " + word(type) + " and is refused: another user may have made it");
            }
            checkOwn(linux, path + "/" + name, status);
            return file;
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    private static String word(int type) {
        return type == FileFlag.S_IFREG ? "a plain file" : type == FileFlag.S_IFIFO ? "a FIFO" : "a directory";
    }

    @Override
    public void close() {
        linux.close(descriptor);
    }

    private static void checkOwn(Linux linux, String path, FileStatus status) {
        int user = linux.userId();
        if (status.uid() != user) {
            throw new InvalidSpecException(path + " is refused: it belongs to user "
                    + Integer.toUnsignedString(status.uid()) + ", not to user " + Integer.toUnsignedString(user));
        }
        if ((status.mode() & (WRITE_GROUP | WRITE_OTHERS)) != 0) {
            throw new InvalidSpecException(path + " is refused: others can write it (mode "
                    + Integer.toOctalString(status.permissions()) + "); check its contents, then chmod go-w it");
        }
    }

    /** Walks a path to a directory name by name. */
    private static final class Walk {

        private final Linux linux;
        private final String path;
        private final boolean make;
        private final Deque<String> names = new ArrayDeque<>();
        private final Deque<Integer> open = new ArrayDeque<>();
        private int host;
        private int links;

        Walk(Linux linux, String path, boolean make) {
            this.linux = linux;
            this.path = path;
            this.make = make;
            push(path);
        }

        private void push(String more) {
            List<String> parts = Arrays.asList(more.split("/"));
            for (int i = parts.size() - 1; i >= 0; i--) {
                if (!parts.get(i).isEmpty() && !parts.get(i).equals(".")) {
                    names.push(parts.get(i));
                }
            }
        }

        /** Opens the last directory; returns its descriptor. */
        int open() {
            try {
                enterRoot();
                host = linux.status(open.peek()).uid();
                while (!names.isEmpty()) {
                    step(names.pop());
                }
                checkOwn(linux, path, linux.status(open.peek()));
                return linux.openBeneath(open.peek(), ".", FileFlag.O_RDONLY | FileFlag.O_DIRECTORY);
            } finally {
                open.forEach(linux::close);
            }
        }

        private void enterRoot() {
            open.forEach(linux::close);
            open.clear();
            open.push(linux.open("/", FileFlag.O_PATH | FileFlag.O_DIRECTORY));
        }

        private void step(String name) {
            if (name.equals("..")) {
                if (open.size() > 1) {
                    linux.close(open.pop());
                }
                return;
            }
            int next = openOrMake(name);
            FileStatus status = linux.status(next);
            if (status.isSymbolicLink()) {
                follow(next, status, name);
                return;
            }
            open.push(next);
            if (!names.isEmpty()) {
                checkOnTheWay(status, name);
            }
        }

        private int openOrMake(String name) {
            try {
                return linux.openWithoutLinks(open.peek(), name, PATH_ONLY);
            } catch (LinuxException e) {
                if (!make || e.errno() != Errno.ENOENT) {
                    throw e;
                }
            }
            try {
                // Other users' processes walk root's path too (0755 for parents); an ordinary user's path is private.
                linux.makeDirectory(open.peek(), name, linux.isRoot() && !names.isEmpty() ? 0755 : 0700);
            } catch (LinuxException e) {
                // Another process may just have created it.
                if (e.errno() != Errno.EEXIST) {
                    throw LinuxException.of("mkdir(\"" + name + "\")", e.errno());
                }
            }
            return linux.openWithoutLinks(open.peek(), name, PATH_ONLY);
        }

        private void follow(int link, FileStatus status, String name) {
            try {
                if (++links > MAX_LINKS) {
                    throw LinuxException.of("open(\"" + name + "\")", Errno.ELOOP);
                }
                checkOwner(status, name);
                String target = linux.readLink(link, "");
                if (target.startsWith("/")) {
                    enterRoot();
                }
                push(target);
            } finally {
                linux.close(link);
            }
        }

        private void checkOnTheWay(FileStatus status, String name) {
            checkOwner(status, name);
            // Many systems give each user a group with the user's number, and a umask that lets it write.
            boolean group = (status.mode() & WRITE_GROUP) != 0 && status.gid() != status.uid();
            boolean others = (status.mode() & WRITE_OTHERS) != 0;
            if ((group || others) && (status.mode() & STICKY) == 0) {
                throw distrusted(name, "can be written by others (mode " + Integer.toOctalString(status.permissions()));
            }
        }

        private void checkOwner(FileStatus status, String name) {
            // The owner of the root directory can change everything anyway; in a user namespace its id may be unmapped
            // (nobody).
            if (status.uid() != 0 && status.uid() != linux.userId() && status.uid() != host) {
                throw distrusted(name, "belongs to another user (user " + Integer.toUnsignedString(status.uid()));
            }
        }

        private InvalidSpecException distrusted(String name, String why) {
            return new InvalidSpecException("the folder " + path + " is refused: \"" + name + "\" on the way to it "
                    + why + "), who could replace its contents; choose another folder");
        }
    }
}
