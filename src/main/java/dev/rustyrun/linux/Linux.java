package dev.rustyrun.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * The kernel, checked: each method performs one call of {@link LibC} and returns its result or throws a
 * {@link LinuxException} that says which call failed, on what, and why. Calls that a signal interrupted are repeated.
 */
public final class Linux {

    private static final int IOPRIO_CLASS_SHIFT = 13;
    private static final int SIG_SETMASK = 2;
    private static final int CLONE_PARENT = 0x8000;
    private static final int SFD_CLOEXEC = FileFlag.O_CLOEXEC;
    private static final int SOCK_STREAM = 1;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_CLOEXEC = FileFlag.O_CLOEXEC;
    private static final int AF_UNIX = 1;
    private static final int AF_INET = 2;
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int MSG_CMSG_CLOEXEC = 0x40000000;
    private static final int LOCK_EX = 2;
    private static final int X_OK = 1;
    private static final int UNIX_PATH_MAX = 108;
    private static final int MNT_DETACH = 2;
    private static final int WNOHANG = 1;
    private static final int RUSAGE_CHILDREN = -1;
    private static final int SHORT_FILE = 512;
    private static final int LONG_FILE = 8 * 1024;
    private static final int RUSAGE_SIZE = 144;
    private static final int PROC_SUPER_MAGIC = 0x9fa0;
    static final int SECCOMP_SET_MODE_FILTER = 1;
    static final int SOCK_FILTER_SIZE = 8;

    /** Of a text in a message: as much as of the longest path is worth reading. */
    private static final int MAX_SHOWN = 600;

    private final LibC libc;
    private ProgramPages programPages;

    Linux(LibC libc) {
        this.libc = libc;
    }

    /** The kernel that this process runs on. */
    public static Linux host() {
        return new Linux(new JffiLibC());
    }

    // Namespaces

    /** Leaves the namespaces named by {@code flags} ({@link CloneFlag}) for new ones; man 2 unshare. */
    public void unshare(int flags) {
        check(libc.unshare(flags), "unshare", new CloneFlags(flags));
    }

    /** Enters the namespace that {@code fd} is open on; {@code type} is its {@link CloneFlag}; man 2 setns. */
    public void setNamespace(int fd, int type) {
        check(libc.setns(fd, type), "setns", fd, new CloneFlags(type));
    }

    /** Names this UTS namespace; man 2 sethostname. */
    public void setHostname(String name) {
        check(libc.sethostname(name), "sethostname", name);
    }

    /** Sets the NIS domain name of this UTS namespace; man 2 setdomainname. */
    public void setDomainname(String name) {
        check(libc.setdomainname(name), "setdomainname", name);
    }

    // Mounts

    /** Mounts a file system or changes a mount; man 2 mount. {@code null} where mount(2) takes NULL. */
    public void mount(String source, String target, String type, long flags, String data) {
        check(
                libc.mount(source, target, type, flags, data),
                "mount",
                source,
                target,
                type,
                new MountFlags(flags),
                data);
    }

    /** Detaches the mount at {@code target} now, freeing it when it is no longer used; man 2 umount, MNT_DETACH. */
    public void detach(String target) {
        check(libc.umount2(target, MNT_DETACH), "umount2 MNT_DETACH", target);
    }

    /** Makes {@code newRoot} this mount namespace's root; man 2 pivot_root. */
    public void pivotRoot(String newRoot, String putOld) {
        check(libc.pivot_root(newRoot, putOld), "pivot_root", newRoot, putOld);
    }

    /** Changes this process's root directory; man 2 chroot. */
    public void chroot(String path) {
        check(libc.chroot(path), "chroot", path);
    }

    /** A descriptor of an unattached copy of the mount at {@code path}, and those below it; open_tree(2). */
    public int cloneMount(String path, boolean recursive) {
        int flags = FileFlag.OPEN_TREE_CLONE | FileFlag.OPEN_TREE_CLOEXEC | (recursive ? FileFlag.AT_RECURSIVE : 0);
        return check(libc.open_tree(FileFlag.AT_FDCWD, path, flags), "open_tree OPEN_TREE_CLONE", path);
    }

    /** Changes the attributes of an open mount, and of those below it; man 2 mount_setattr. */
    public void setMountAttributes(int mount, MountAttr attributes, boolean recursive) {
        int flags = FileFlag.AT_EMPTY_PATH | (recursive ? FileFlag.AT_RECURSIVE : 0);
        check(libc.mount_setattr(mount, "", flags, attributes.encode()), "mount_setattr", mount, attributes);
    }

    /** Attaches an open mount to an open directory or file; move_mount(2). */
    public void attachMount(int mount, int target) {
        check(
                libc.move_mount(
                        mount, "", target, "", FileFlag.MOVE_MOUNT_F_EMPTY_PATH | FileFlag.MOVE_MOUNT_T_EMPTY_PATH),
                "move_mount",
                mount,
                target);
    }

    // Files

    /** Opens {@code path} for reading if that can be done, with O_CLOEXEC; -1 if not; man 2 open. */
    public int openIfReadable(String path) {
        return retry(() -> libc.open(path, FileFlag.O_RDONLY | FileFlag.O_CLOEXEC, 0));
    }

    /** Opens {@code path}, always with O_CLOEXEC; man 2 open. Flags are {@link FileFlag}'s. */
    public int open(String path, int flags) {
        return check(retry(() -> libc.open(path, flags | FileFlag.O_CLOEXEC, 0)), "open", path);
    }

    /** Opens a namespace by a path that somebody names: what else is there, such as a FIFO, is not waited for. */
    public int openNamespace(String path) {
        return open(path, FileFlag.O_RDONLY | FileFlag.O_NONBLOCK | FileFlag.O_NOCTTY);
    }

    /**
     * Opens {@code path} with {@code root} as the file system's root: no link or {@code ..} leads out of it, and none of
     * {@code /proc}'s magic links is followed; man 2 openat2, RESOLVE_IN_ROOT.
     */
    public int openInRoot(int root, String path, int flags) {
        return openat2(
                root, path, flags, OpenHow.RESOLVE_IN_ROOT | OpenHow.RESOLVE_NO_MAGICLINKS, "openat2 RESOLVE_IN_ROOT");
    }

    /** The same, but anything that would lead out of {@code root} is an error, EXDEV; RESOLVE_BENEATH. */
    public int openBeneath(int root, String path, int flags) {
        return openat2(
                root, path, flags, OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_MAGICLINKS, "openat2 RESOLVE_BENEATH");
    }

    /** The same, but a symbolic link anywhere in {@code path} is an error, ELOOP; RESOLVE_NO_SYMLINKS. */
    public int openWithoutLinks(int root, String path, int flags) {
        return openat2(
                root,
                path,
                flags,
                OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS,
                "openat2 RESOLVE_NO_SYMLINKS");
    }

    /** The same, and so is whatever another file system is mounted on, EXDEV; RESOLVE_NO_XDEV. */
    public int openOnSameFileSystem(int root, String path, int flags) {
        return openat2(
                root,
                path,
                flags,
                OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS | OpenHow.RESOLVE_NO_XDEV,
                "openat2 RESOLVE_NO_XDEV");
    }

    /** Makes the file {@code name} in the open directory {@code dirfd}, where nothing may be yet, to be written; O_EXCL. */
    public int createNew(int dirfd, String name, int mode) {
        int flags = FileFlag.O_WRONLY | FileFlag.O_CREAT | FileFlag.O_EXCL | FileFlag.O_NOFOLLOW;
        return openat2(
                dirfd, name, flags, mode, OpenHow.RESOLVE_BENEATH | OpenHow.RESOLVE_NO_SYMLINKS, "openat2 O_EXCL");
    }

    private int openat2(int root, String path, int flags, int resolve, String words) {
        return openat2(root, path, flags, 0, resolve, words);
    }

    private int openat2(int root, String path, int flags, int mode, int resolve, String words) {
        byte[] how = new OpenHow(flags | FileFlag.O_CLOEXEC, mode, resolve).encode();
        return check(retry(() -> libc.openat2(root, path, how)), words, path);
    }

    /** Closes {@code fd}; man 2 close. */
    public void close(int fd) {
        check(libc.close(fd), "close", fd);
    }

    /** Lets no descriptor from {@code first} on survive an execve; man 2 close_range, CLOSE_RANGE_CLOEXEC. */
    public void closeOnExecFrom(int first) {
        check(libc.close_range(first, -1, FileFlag.CLOSE_RANGE_CLOEXEC), "close_range", first);
    }

    /** Lets {@code fd} survive no execve; man 2 fcntl, FD_CLOEXEC. */
    public void closeOnExec(int fd) {
        check(libc.fcntl(fd, FileFlag.F_SETFD, FileFlag.FD_CLOEXEC), "fcntl FD_CLOEXEC", fd);
    }

    /**
     * Opens /dev/null as each of the descriptors 0, 1 and 2 that is not open, so that no file of ours takes the place and
     * is given to a command as its standard input or output.
     */
    public void openMissingStandardDescriptors() {
        for (int fd = 0; fd <= 2; fd++) {
            if (libc.fcntl(fd, FileFlag.F_GETFD, 0) < 0) {
                check(libc.open("/dev/null", FileFlag.O_RDWR, 0), "open", "/dev/null");
            }
        }
    }

    /** Makes reads and writes of {@code fd} return EAGAIN instead of waiting; man 2 fcntl, O_NONBLOCK. */
    public void setNonBlocking(int fd) {
        int flags = check(libc.fcntl(fd, FileFlag.F_GETFL, 0), "fcntl F_GETFL", fd);
        check(libc.fcntl(fd, FileFlag.F_SETFL, flags | FileFlag.O_NONBLOCK), "fcntl O_NONBLOCK", fd);
    }

    /** Reads up to {@code count} bytes; 0 at the end of the file; man 2 read. */
    public int read(int fd, byte[] buffer, int count) {
        return check(retry(() -> libc.read(fd, buffer, count)), "read", fd);
    }

    /** Writes up to {@code count} bytes; man 2 write. */
    public int write(int fd, byte[] buffer, int offset, int count) {
        return check(retry(() -> libc.write(fd, buffer, offset, count)), "write", fd);
    }

    /** Writes all of {@code bytes}. */
    public void writeAll(int fd, byte[] bytes) {
        for (int done = 0; done < bytes.length; ) {
            done += write(fd, bytes, done, bytes.length - done);
        }
    }

    /** Opens {@code path}, made with these permissions when it is missing, to be written anew; man 2 open. */
    public int create(String path, int mode) {
        // Without O_NONBLOCK, a FIFO in its place would be waited for.
        int flags = FileFlag.O_WRONLY | FileFlag.O_CREAT | FileFlag.O_TRUNC | FileFlag.O_NOFOLLOW | FileFlag.O_NONBLOCK;
        return openToWrite(path, flags, mode);
    }

    /** Opens {@code path} with these flags, and O_CREAT with these permissions; man 2 open. */
    int openToWrite(String path, int flags, int mode) {
        return check(retry(() -> libc.open(path, flags | FileFlag.O_CLOEXEC, mode)), "open", path);
    }

    /** Gives the file {@code from} the name {@code to}, whose former file goes; man 2 rename. */
    public void rename(String from, String to) {
        check(libc.rename(from, to), "rename", from, to);
    }

    /** Removes the file {@code path}, if it is there; man 2 unlink. */
    public void removeFile(String path) {
        removeFile(FileFlag.AT_FDCWD, path);
    }

    /** Removes the file {@code path} below the open directory {@code dirfd}, if it is there; man 2 unlink. */
    public void removeFile(int dirfd, String path) {
        if (libc.unlinkat(dirfd, path, 0) < 0 && libc.errno() != Errno.ENOENT) {
            throw failure("unlink", path);
        }
    }

    /** Replaces what is in the existing file {@code path}, as one writes to the kernel's files: at once. */
    public void writeFile(String path, String text) {
        int fd = open(path, FileFlag.O_WRONLY);
        try {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            check(retry(() -> libc.write(fd, bytes, 0, bytes.length)), "write", path, text);
        } finally {
            libc.close(fd);
        }
    }

    /** The text of the file {@code path}. */
    public String readFile(String path) {
        int fd = open(path, FileFlag.O_RDONLY);
        try {
            return readText(fd, Integer.MAX_VALUE);
        } finally {
            libc.close(fd);
        }
    }

    /** The text that is left to read from {@code fd}, up to {@code most} bytes or a little more. */
    public String readText(int fd, int most) {
        return new String(readBytes(fd, most), StandardCharsets.UTF_8);
    }

    /** What is left to read from {@code fd}, up to {@code most} bytes or a little more. */
    public byte[] readBytes(int fd, int most) {
        // Most files are a line or a few, and a launch reads dozens of them.
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(SHORT_FILE);
        byte[] buffer = new byte[SHORT_FILE];
        for (int got = 1; got > 0 && bytes.size() < most; ) {
            got = read(fd, buffer, buffer.length);
            bytes.write(buffer, 0, got);
            buffer = got == SHORT_FILE ? new byte[LONG_FILE] : buffer;
        }
        return bytes.toByteArray();
    }

    /** Whether {@code fd} is a file of a proc file system; man 2 statfs. */
    public boolean isProcFile(int fd) {
        return fileSystem(fd).type() == PROC_SUPER_MAGIC;
    }

    /** What file system the open file {@code fd} is in; man 2 statfs. */
    public FileSystemStatus fileSystem(int fd) {
        byte[] statfs = new byte[FileSystemStatus.STATFS_SIZE];
        check(libc.fstatfs(fd, statfs), "fstatfs", fd);
        return FileSystemStatus.decode(statfs);
    }

    /** A pipe: the end to read from, and the one to write to; man 2 pipe, O_CLOEXEC. */
    public int[] pipe() {
        int[] ends = new int[2];
        check(libc.pipe2(ends, FileFlag.O_CLOEXEC), "pipe");
        return ends;
    }

    /** Makes {@code to} the same open file as {@code from}; man 2 dup. */
    public void duplicate(int from, int to) {
        check(retry(() -> libc.dup2(from, to)), "dup2", from, to);
    }

    /** A new number, {@code least} or above, for the open file {@code fd}; close-on-exec; man 2 fcntl, F_DUPFD_CLOEXEC. */
    public int duplicateFrom(int fd, int least) {
        return check(libc.fcntl(fd, FileFlag.F_DUPFD_CLOEXEC, least), "fcntl F_DUPFD_CLOEXEC", fd, least);
    }

    /** Whether {@code fd} is open and survives an execve, as what this process was given does. */
    public boolean isInherited(int fd) {
        return libc.fcntl(fd, FileFlag.F_GETFD, 0) == 0;
    }

    /** Waits until nobody else has {@code fd}'s file locked, and locks it until {@code fd} is closed; man 2 flock. */
    public void lock(int fd) {
        check(retry(() -> libc.flock(fd, LOCK_EX)), "flock", fd);
    }

    /** Changes the working directory; man 2 chdir. */
    public void changeDirectory(String path) {
        check(libc.chdir(path), "chdir", path);
    }

    /** Changes the working directory to an open one; man 2 fchdir. */
    public void changeDirectory(int fd) {
        check(libc.fchdir(fd), "fchdir", fd);
    }

    /** Makes a directory below the open directory {@code dirfd}; man 2 mkdir. */
    public void makeDirectory(int dirfd, String path, int mode) {
        check(libc.mkdirat(dirfd, path, mode), "mkdir", path);
    }

    /** Makes the directory {@code path}; man 2 mkdir. */
    public void makeDirectory(String path, int mode) {
        check(libc.mkdirat(FileFlag.AT_FDCWD, path, mode), "mkdir", path);
    }

    /** Removes the directory {@code path} if it is there and empty; whether it is gone; man 2 rmdir. */
    public boolean removeIfEmpty(String path) {
        return libc.unlinkat(FileFlag.AT_FDCWD, path, FileFlag.AT_REMOVEDIR) == 0 || libc.errno() == Errno.ENOENT;
    }

    /** Removes the empty directory {@code path}; man 2 rmdir. */
    public void removeDirectory(String path) {
        check(libc.unlinkat(FileFlag.AT_FDCWD, path, FileFlag.AT_REMOVEDIR), "rmdir", path);
    }

    /** Makes a device or an empty file below the open directory {@code dirfd}; man 2 mknod. */
    public void makeNode(int dirfd, String path, int mode, long device) {
        check(libc.mknodat(dirfd, path, mode, device), "mknod", path);
    }

    /** Makes a symbolic link below the open directory {@code dirfd}; man 2 symlink. */
    public void makeSymbolicLink(String target, int dirfd, String path) {
        check(libc.symlinkat(target, dirfd, path), "symlink", target, path);
    }

    /**
     * Some further names in the open directory {@code fd}, none at the end; man 2 getdents. Names that are not UTF-8 are left
     * out.
     */
    public List<String> nextNames(int fd) {
        byte[] entries = new byte[DirectoryEntries.ROOM];
        List<String> names = new ArrayList<>();
        for (int got = 1; got > 0 && names.isEmpty(); ) {
            got = check(libc.getdents64(fd, entries), "getdents64", fd);
            DirectoryEntries.decode(entries, got, names);
        }
        return names;
    }

    /** Gives an open symbolic link away, or any other file that is open with O_PATH; man 2 chown, AT_EMPTY_PATH. */
    public void changeOwnerOfPath(int fd, int owner, int group) {
        check(libc.fchownat(fd, "", owner, group, FileFlag.AT_EMPTY_PATH), "fchownat", fd, owner, group);
    }

    /** Gives the open file {@code fd} the further name {@code name} in the open directory {@code dirfd}; man 2 link. */
    public void link(int fd, int dirfd, String name) {
        check(libc.linkat(fd, "", dirfd, name, FileFlag.AT_EMPTY_PATH), "link", fd, name);
    }

    /** What the symbolic link {@code path} below {@code dirfd} says; man 2 readlink. */
    public String readLink(int dirfd, String path) {
        byte[] buffer = new byte[4096];
        int length = check(libc.readlinkat(dirfd, path, buffer), "readlink", path);
        return new String(buffer, 0, length, StandardCharsets.UTF_8);
    }

    /** Gives an open file away; -1 leaves owner or group as it is; man 2 chown. */
    public void changeOwner(int fd, int owner, int group) {
        check(libc.fchown(fd, owner, group), "fchown", fd, owner, group);
    }

    /** Gives {@code path} below {@code dirfd} away, itself even if it is a link; man 2 chown. */
    public void changeOwner(int dirfd, String path, int owner, int group) {
        check(libc.fchownat(dirfd, path, owner, group, FileFlag.AT_SYMLINK_NOFOLLOW), "fchownat", path, owner, group);
    }

    /** Removes the empty directory {@code path} below the open directory {@code dirfd}; man 2 unlink, AT_REMOVEDIR. */
    public void removeDirectory(int dirfd, String path) {
        check(libc.unlinkat(dirfd, path, FileFlag.AT_REMOVEDIR), "rmdir", path);
    }

    /** Sets the permissions of an open file; man 2 chmod. */
    public void changeMode(int fd, int mode) {
        check(libc.fchmod(fd, mode), "fchmod", fd, mode);
    }

    /** What kind of file {@code path} below {@code dirfd} is, itself even if it is a link; man 2 statx. */
    public FileStatus status(int dirfd, String path) {
        return statx(dirfd, path, FileFlag.AT_SYMLINK_NOFOLLOW);
    }

    /** What kind of file {@code path} leads to; man 2 statx. */
    public FileStatus status(String path) {
        return statx(FileFlag.AT_FDCWD, path, 0);
    }

    /** What kind of file {@code fd} is; man 2 statx. */
    public FileStatus status(int fd) {
        return statx(fd, "", FileFlag.AT_EMPTY_PATH);
    }

    /** Whether {@code path} leads to something that can be looked at; man 2 statx. */
    public boolean exists(String path) {
        byte[] statx = new byte[FileStatus.STATX_SIZE];
        return libc.statx(FileFlag.AT_FDCWD, path, 0, FileStatus.STATX_WANTED, statx) == 0;
    }

    private FileStatus statx(int dirfd, String path, int flags) {
        byte[] statx = new byte[FileStatus.STATX_SIZE];
        check(libc.statx(dirfd, path, flags, FileStatus.STATX_WANTED, statx), "statx", dirfd, path);
        return FileStatus.decode(statx);
    }

    /**
     * Throws what execve(2) would for a file that is not there, not a regular one, or that this user may not execute; man 2
     * access, AT_EACCESS.
     */
    public void checkExecutable(String path) {
        check(libc.faccessat(FileFlag.AT_FDCWD, path, X_OK, FileFlag.AT_EACCESS), "access X_OK", path);
        if (!status(path).isRegularFile()) {
            throw new LinuxException("execve(\"" + path + "\")", Errno.EACCES);
        }
    }

    /** Sets which permission bits new files lack; man 2 umask. */
    public void setUmask(int mask) {
        libc.umask(mask);
    }

    // Processes

    /**
     * Starts {@code path} with {@code passed} as its descriptor 3 and this thread's signal mask; man 3 posix_spawn.
     *
     * @param passed a descriptor, or -1 for none
     * @return the new process's id
     */
    public int spawn(String path, int passed, List<String> argv, List<String> env) {
        return spawn(path, new int[] {-1, -1, -1, passed}, argv, env);
    }

    /** The same with {@code descriptors[n]} as its descriptor n; what is negative stays as it is. */
    public int spawn(String path, int[] descriptors, List<String> argv, List<String> env) {
        int[] pid = new int[1];
        int error = libc.posix_spawn(pid, path, descriptors, argv.toArray(String[]::new), env.toArray(String[]::new));
        return spawned(error, pid[0], path);
    }

    /**
     * Starts a command with a clean signal state and no descriptors beside 0, 1 and 2; man 3 posix_spawn.
     *
     * @param stdio what it gets as its descriptors 0, 1 and so on, where that is not what this process has
     */
    public int spawnCommand(String path, List<String> argv, List<String> env, int... stdio) {
        return spawnClean(path, argv, env, SpawnStructs.AFTER_STDIO, stdio);
    }

    /** The same for one that inherits the descriptors below {@code firstClosed}. */
    public int spawnInheriting(String path, List<String> argv, List<String> env, int firstClosed) {
        return spawnClean(path, argv, env, firstClosed, new int[0]);
    }

    private int spawnClean(String path, List<String> argv, List<String> env, int firstClosed, int[] stdio) {
        int[] pid = new int[1];
        int error = libc.posix_spawn_command(
                pid, path, stdio, firstClosed, argv.toArray(String[]::new), env.toArray(String[]::new));
        return spawned(error, pid[0], path);
    }

    private static int spawned(int error, int pid, String path) {
        if (error != 0) {
            throw new LinuxException("posix_spawn(\"" + path + "\")", error);
        }
        return pid;
    }

    /**
     * Gives back the pages of this program's code and constants that this process has touched, for one that will now do
     * something else, or wait; man 2 madvise, MADV_DONTNEED.
     */
    public void releaseProgramPages() {
        if (programPages == null) {
            programPages = new ProgramPages(this, libc);
        }
        programPages.release();
    }

    /** Makes a copy of this process, which must have one thread; its process id, 0 in the copy; man 2 fork. */
    public int fork() {
        return check(libc.fork(), "fork");
    }

    /** The same for a copy that is a child of this process's parent, which awaits it; man 2 clone, CLONE_PARENT. */
    public int forkSibling() {
        return check(libc.clone(CLONE_PARENT | Signal.SIGCHLD.number()), "clone CLONE_PARENT");
    }

    /** Closes the descriptors from {@code first} to {@code last}, -1 for all that follow; man 2 close_range. */
    public void closeRange(int first, int last) {
        check(libc.close_range(first, last, 0), "close_range", first, last);
    }

    /** Becomes {@code path}; returns only by throwing; man 2 execve. */
    public void execute(String path, List<String> argv, List<String> env) {
        check(libc.execve(path, argv.toArray(String[]::new), env.toArray(String[]::new)), "execve", path);
    }

    /** A child that has ended, any child's, if one has; man 2 waitpid, WNOHANG. */
    public Optional<ChildStatus> reap() {
        int[] status = new int[1];
        int pid = retry(() -> libc.waitpid(-1, status, WNOHANG));
        if (pid == 0 || pid < 0 && libc.errno() == Errno.ECHILD) {
            return Optional.empty();
        }
        return Optional.of(new ChildStatus(check(pid, "waitpid", -1), status[0]));
    }

    /** How the child {@code pid} ended, if it has; nothing too when it is no child; man 2 waitpid, WNOHANG. */
    public Optional<ChildStatus> reap(int pid) {
        int[] status = new int[1];
        int ended = retry(() -> libc.waitpid(pid, status, WNOHANG));
        return ended == pid ? Optional.of(new ChildStatus(pid, status[0])) : Optional.empty();
    }

    /** Waits until the child {@code pid} has ended; man 2 waitpid. */
    public ChildStatus await(int pid) {
        int[] status = new int[1];
        check(retry(() -> libc.waitpid(pid, status, 0)), "waitpid", pid);
        return new ChildStatus(pid, status[0]);
    }

    /** The same, if {@code pid} is a child that nobody has waited for yet. */
    public Optional<ChildStatus> awaitIfChild(int pid) {
        int[] status = new int[1];
        if (retry(() -> libc.waitpid(pid, status, 0)) < 0) {
            if (libc.errno() == Errno.ECHILD) {
                return Optional.empty();
            }
            throw failure("waitpid", pid);
        }
        return Optional.of(new ChildStatus(pid, status[0]));
    }

    /** The same, and what processor time the child took, and those of its children that it waited for; man 2 wait4. */
    public EndedChild awaitWithUsage(int pid) {
        int[] status = new int[1];
        byte[] rusage = new byte[RUSAGE_SIZE];
        check(retry(() -> libc.wait4(pid, status, 0, rusage)), "wait4", pid);
        return new EndedChild(new ChildStatus(pid, status[0]), cpuMicros(rusage));
    }

    /** Processor time, in microseconds, of all children that have been waited for, and of theirs; man 2 getrusage. */
    public long childrenCpuMicros() {
        byte[] rusage = new byte[RUSAGE_SIZE];
        check(libc.getrusage(RUSAGE_CHILDREN, rusage), "getrusage");
        return cpuMicros(rusage);
    }

    private static long cpuMicros(byte[] rusage) {
        ByteBuffer times = ByteBuffer.wrap(rusage).order(ByteOrder.nativeOrder());
        return (times.getLong(0) + times.getLong(16)) * 1_000_000 + times.getLong(8) + times.getLong(24);
    }

    /** A descriptor that can be read from once process {@code pid} has ended; close-on-exec; man 2 pidfd_open. */
    public int processDescriptor(int pid) {
        return check(libc.pidfd_open(pid, 0), "pidfd_open", pid);
    }

    /** Sends a signal; whether there was still a process to send it to; man 2 kill. */
    public boolean kill(int pid, int signal) {
        if (libc.kill(pid, signal) == 0) {
            return true;
        }
        if (libc.errno() == Errno.ESRCH) {
            return false;
        }
        throw failure("kill", pid, signal);
    }

    /** Ends this process now, without shutdown hooks; man 2 _exit. */
    public void exit(int status) {
        libc._exit(status);
    }

    public int processId() {
        return libc.getpid();
    }

    public int parentProcessId() {
        return libc.getppid();
    }

    public boolean isRoot() {
        return userId() == 0;
    }

    /** The effective user id of this process. */
    public int userId() {
        return libc.geteuid();
    }

    /** The effective group id of this process. */
    public int groupId() {
        return libc.getegid();
    }

    /** Starts a session of its own, without a controlling terminal; man 2 setsid. */
    public void startSession() {
        check(libc.setsid(), "setsid");
    }

    /** One of {@link Prctl}'s operations; man 2 prctl. */
    public void prctl(Prctl operation, long argument) {
        prctl(operation, argument, 0);
    }

    /** One of {@link Prctl}'s operations that takes two numbers; man 2 prctl. */
    public void prctl(Prctl operation, long argument, long second) {
        check(libc.prctl(operation.value(), argument, second), "prctl", operation, argument, second);
    }

    /** Lets this thread, and what it becomes, run on the processors {@code which} only; man 2 sched_setaffinity. */
    public void setAffinity(BitSet which) {
        check(libc.sched_setaffinity(words(which)), "sched_setaffinity", which);
    }

    /** Sets when this thread, and what it becomes, gets a processor; man 2 sched_setattr. */
    public void setScheduler(SchedulerAttributes attributes) {
        check(libc.sched_setattr(attributes.encode()), "sched_setattr", attributes);
    }

    /** Sets when this thread, and what it becomes, gets a disk, by the number of a class and a level in it; man 2 ioprio_set. */
    public void setIoPriority(int ioClass, int level) {
        check(libc.ioprio_set(ioClass << IOPRIO_CLASS_SHIFT | level), "ioprio_set", ioClass, level);
    }

    /**
     * Sets from which nodes this thread, and what it becomes, gets memory; man 2 set_mempolicy.
     *
     * @param mode MPOL_, with MPOL_F_ bits
     */
    public void setMemoryPolicy(int mode, BitSet nodes) {
        byte[] mask = words(nodes);
        // The kernel takes the count for one more than it looks at.
        check(libc.set_mempolicy(mode, mask, nodes.isEmpty() ? 0 : mask.length * 8L + 1), "set_mempolicy", mode, nodes);
    }

    /** Sets how this thread, and what it becomes, sees the machine, PER_; man 2 personality. */
    public void setPersonality(long persona) {
        check(libc.personality(persona), "personality", persona);
    }

    /** A bit mask in whole words of the kernel's. */
    private static byte[] words(BitSet set) {
        return Arrays.copyOf(set.toByteArray(), Math.max(1, (set.length() + 63) / 64) * Long.BYTES);
    }

    /** Limits a resource of this process, -1 being no limit; man 2 getrlimit. */
    public void setResourceLimit(int resource, long soft, long hard) {
        check(libc.prlimit(resource, soft, hard), "prlimit", resource, soft, hard);
    }

    /** This thread's capabilities, bit n for capability n; man 2 capget. */
    public CapabilityWords capabilities() {
        byte[] data = new byte[CapabilityWords.SIZE];
        check(libc.capget(CapabilityWords.header(), data), "capget");
        return CapabilityWords.decode(data);
    }

    /** Sets this thread's capabilities, bit n for capability n; man 2 capset. */
    public void setCapabilities(CapabilityWords words) {
        check(libc.capset(CapabilityWords.header(), words.encode()), "capset", words);
    }

    /** Sets the supplementary groups; man 2 setgroups. */
    public void setGroups(int... groups) {
        check(libc.setgroups(groups), "setgroups", groups.length);
    }

    /** Becomes this group, real, effective and saved; man 2 setresgid. */
    public void setGroup(int gid) {
        check(libc.setresgid(gid, gid, gid), "setresgid", gid);
    }

    /** Becomes this user, real, effective and saved; man 2 setresuid. */
    public void setUser(int uid) {
        check(libc.setresuid(uid, uid, uid), "setresuid", uid);
    }

    // Signals

    /** Blocks exactly {@code set} in this thread; what was blocked before; man 2 sigprocmask. */
    public SignalSet blockSignals(SignalSet set) {
        byte[] old = new byte[SignalSet.SIZE];
        check(libc.sigprocmask(SIG_SETMASK, set.encode(), old), "sigprocmask");
        return SignalSet.decode(old);
    }

    /**
     * Lets no signal be ignored any more. Handlers stay: they are the JVM's, and execve resets them; man 2 rt_sigaction.
     */
    public void stopIgnoringSignals() {
        byte[] action = new byte[SignalAction.SIZE];
        for (int signal = 1; signal <= SignalSet.LAST; signal++) {
            if (libc.rt_sigaction(signal, null, action) == 0 && SignalAction.ignores(action)) {
                check(libc.rt_sigaction(signal, SignalAction.byDefault(), action), "rt_sigaction", signal);
            }
        }
    }

    /** A descriptor from which blocked signals of {@code set} are read; man 2 signalfd. */
    public int signalDescriptor(SignalSet set) {
        return check(libc.signalfd(-1, set.encode(), SFD_CLOEXEC | FileFlag.O_NONBLOCK), "signalfd");
    }

    /** The next signal waiting in {@code signalDescriptor}, if one is. */
    public Optional<ReceivedSignal> nextSignal(int signalDescriptor) {
        byte[] info = new byte[ReceivedSignal.SIGINFO_SIZE];
        int got = retry(() -> libc.read(signalDescriptor, info, info.length));
        if (got < 0 && libc.errno() == Errno.EAGAIN) {
            return Optional.empty();
        }
        check(got, "read", signalDescriptor);
        return Optional.of(ReceivedSignal.decode(info));
    }

    // Terminals

    /** Whether {@code fd} is a terminal. */
    public boolean isTerminal(int fd) {
        return libc.ioctl(fd, Ioctl.TCGETS, new byte[TerminalMode.SIZE]) == 0;
    }

    /** A terminal's settings; man 4 ioctl_tty, TCGETS. */
    public TerminalMode terminalMode(int fd) {
        byte[] termios = new byte[TerminalMode.SIZE];
        check(libc.ioctl(fd, Ioctl.TCGETS, termios), "ioctl TCGETS", fd);
        return new TerminalMode(termios);
    }

    /** Changes a terminal's settings; man 4 ioctl_tty, TCSETS. */
    public void setTerminalMode(int fd, TerminalMode mode) {
        check(libc.ioctl(fd, Ioctl.TCSETS, mode.encode()), "ioctl TCSETS", fd);
    }

    /** A terminal's size; man 4 ioctl_tty, TIOCGWINSZ. */
    public WindowSize windowSize(int fd) {
        byte[] size = new byte[8];
        check(libc.ioctl(fd, Ioctl.TIOCGWINSZ, size), "ioctl TIOCGWINSZ", fd);
        return WindowSize.decode(size);
    }

    /** Changes a terminal's size, which sends its foreground processes SIGWINCH; TIOCSWINSZ. */
    public void setWindowSize(int fd, WindowSize size) {
        check(libc.ioctl(fd, Ioctl.TIOCSWINSZ, size.encode()), "ioctl TIOCSWINSZ", fd);
    }

    /** Makes {@code fd} the controlling terminal of this session; TIOCSCTTY. */
    public void setControllingTerminal(int fd) {
        check(libc.ioctl(fd, Ioctl.TIOCSCTTY, 0), "ioctl TIOCSCTTY", fd);
    }

    /** Gives the terminal {@code fd} to a process group; TIOCSPGRP. */
    public void setForegroundGroup(int fd, int group) {
        byte[] value = ByteBuffer.allocate(4)
                .order(ByteOrder.nativeOrder())
                .putInt(group)
                .array();
        check(libc.ioctl(fd, Ioctl.TIOCSPGRP, value), "ioctl TIOCSPGRP", fd);
    }

    /** Unlocks the other side of the pseudo-terminal {@code master} and opens it; TIOCSPTLCK, TIOCGPTPEER. */
    public int openTerminalPeer(int master) {
        check(libc.ioctl(master, Ioctl.TIOCSPTLCK, new byte[4]), "ioctl TIOCSPTLCK", master);
        long flags = FileFlag.O_RDWR | FileFlag.O_NOCTTY | FileFlag.O_CLOEXEC;
        return check(libc.ioctl(master, Ioctl.TIOCGPTPEER, flags), "ioctl TIOCGPTPEER", master);
    }

    // Network and sockets

    /** Brings a network interface of this namespace up; man 7 netdevice, SIOCSIFFLAGS. */
    public void bringInterfaceUp(String name) {
        int socket = check(libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket AF_INET");
        try {
            check(libc.ioctl(socket, Ioctl.SIOCSIFFLAGS, Ioctl.interfaceUp(name)), "ioctl SIOCSIFFLAGS", name);
        } finally {
            libc.close(socket);
        }
    }

    /** The same for a device in the namespace of the open {@code socket}. */
    public void bringInterfaceUp(int socket, String name) {
        check(libc.ioctl(socket, Ioctl.SIOCSIFFLAGS, Ioctl.interfaceUp(name)), "ioctl SIOCSIFFLAGS", name);
    }

    /** The number of a network device in the namespace of the open {@code socket}; man 7 netdevice, SIOCGIFINDEX. */
    public int interfaceIndex(int socket, String name) {
        byte[] request = Ioctl.interfaceNamed(name);
        check(libc.ioctl(socket, Ioctl.SIOCGIFINDEX, request), "ioctl SIOCGIFINDEX", name);
        return Ioctl.interfaceIndex(request);
    }

    /** A socket to the network of this thread's namespace; man 7 rtnetlink. */
    public int routeSocket() {
        return check(libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0), "socket AF_NETLINK");
    }

    /** Sends {@code request} (of {@link RouteMessage}), which the kernel acknowledges, to do {@code what}. */
    public void tellRoute(int socket, byte[] request, String what) {
        int errno = RouteMessage.errno(askRoute(socket, request, request.length + 1024));
        if (errno != 0) {
            throw new LinuxException(what, errno);
        }
    }

    /** Sends {@code request} (of {@link RouteMessage}); all parts of the answer, of at most {@code room} bytes each. */
    public byte[] askRoute(int socket, byte[] request, int room) {
        send(socket, request, -1);
        byte[] answer = {};
        byte[] piece = new byte[room];
        byte[] part;
        do {
            int got = receive(socket, piece, room).count();
            part = Arrays.copyOf(piece, got);
            int before = answer.length;
            answer = Arrays.copyOf(answer, before + got);
            System.arraycopy(part, 0, answer, before, got);
        } while (part.length > 0 && !RouteMessage.isEnd(part));
        return answer;
    }

    /** Two connected unix stream sockets; man 2 socketpair. */
    public int[] socketPair() {
        int[] pair = new int[2];
        check(libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "socketpair");
        return pair;
    }

    /** A stream socket connected to the unix socket {@code path}; man 7 unix. */
    public int connect(String path) {
        byte[] name = path.getBytes(StandardCharsets.UTF_8);
        if (name.length >= UNIX_PATH_MAX) {
            throw new LinuxException("connect(\"" + path + "\")", Errno.ENAMETOOLONG);
        }
        byte[] address = ByteBuffer.allocate(3 + name.length)
                .order(ByteOrder.nativeOrder())
                .putShort((short) AF_UNIX)
                .put(name)
                .array();
        int socket = check(libc.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket AF_UNIX");
        if (retry(() -> libc.connect(socket, address)) < 0) {
            LinuxException failure = failure("connect", path);
            libc.close(socket);
            throw failure;
        }
        return socket;
    }

    /** Sends all of {@code data}, with {@code descriptor} (or none, -1) along; man 2 sendmsg, man 7 unix. */
    public void send(int socket, byte[] data, int descriptor) {
        byte[] rest = data;
        int along = descriptor;
        while (rest.length > 0) {
            byte[] now = rest;
            int fd = along;
            long sent = check(retry(() -> libc.sendmsg(socket, now, fd, MSG_NOSIGNAL)), "sendmsg", socket);
            rest = Arrays.copyOfRange(rest, (int) sent, rest.length);
            along = -1;
        }
    }

    /** Receives up to {@code count} bytes and perhaps a descriptor; waits for the first; man 2 recvmsg. */
    public Received receive(int socket, byte[] data, int count) {
        int[] descriptor = {-1};
        long got =
                check(retry(() -> libc.recvmsg(socket, data, count, descriptor, MSG_CMSG_CLOEXEC)), "recvmsg", socket);
        return new Received((int) got, descriptor[0]);
    }

    /** Waits until something happened on {@code set}, at most {@code millis} (-1: for ever); man 2 poll. */
    public boolean poll(PollSet set, int millis) {
        return check(retry(() -> libc.poll(set.bytes(), set.count(), millis)), "poll") > 0;
    }

    // Seccomp

    /**
     * Lets this thread's system calls pass through {@code program} from now on, also after an execve; needs
     * no_new_privs or CAP_SYS_ADMIN; man 2 seccomp, SECCOMP_SET_MODE_FILTER.
     *
     * @param program an array of {@code struct sock_filter}
     * @param flags SECCOMP_FILTER_FLAG_ bits
     * @return with SECCOMP_FILTER_FLAG_NEW_LISTENER the listener's descriptor, close-on-exec; otherwise 0
     */
    public int installSeccomp(byte[] program, int flags) {
        return check(
                libc.seccomp_set_filter(flags, program),
                "seccomp SECCOMP_SET_MODE_FILTER",
                program.length / SOCK_FILTER_SIZE,
                flags);
    }

    // Programs for the kernel

    /** Loads a program of {@code struct bpf_insn} that decides about devices; its descriptor; man 2 bpf. */
    public int loadDeviceProgram(byte[] instructions, String name) {
        return check(
                libc.bpf_prog_load(BpfAttributes.PROG_TYPE_CGROUP_DEVICE, instructions, "Apache-2.0", name),
                "bpf BPF_PROG_LOAD cgroup_device",
                name);
    }

    /** Lets a program decide about devices in an open cgroup, as those above and below it do too; BPF_F_ALLOW_MULTI. */
    public void attachDeviceProgram(int cgroup, int program) {
        check(
                libc.bpf_prog_attach(cgroup, program, BpfAttributes.CGROUP_DEVICE, BpfAttributes.F_ALLOW_MULTI, -1),
                "bpf BPF_PROG_ATTACH cgroup_device",
                cgroup);
    }

    /** The same in place of an attached program, at once; BPF_F_REPLACE. */
    public void replaceDeviceProgram(int cgroup, int program, int replaced) {
        check(
                libc.bpf_prog_attach(
                        cgroup,
                        program,
                        BpfAttributes.CGROUP_DEVICE,
                        BpfAttributes.F_ALLOW_MULTI | BpfAttributes.F_REPLACE,
                        replaced),
                "bpf BPF_PROG_ATTACH cgroup_device",
                cgroup);
    }

    /** Lets a program no longer decide about devices in an open cgroup; BPF_PROG_DETACH. */
    public void detachDeviceProgram(int cgroup, int program) {
        check(
                libc.bpf_prog_detach(cgroup, program, BpfAttributes.CGROUP_DEVICE),
                "bpf BPF_PROG_DETACH cgroup_device",
                cgroup);
    }

    /** Descriptors of the programs that decide about devices in an open cgroup; BPF_PROG_QUERY. */
    public int[] devicePrograms(int cgroup) {
        int[] ids = new int[64];
        int count = check(
                libc.bpf_prog_query(cgroup, BpfAttributes.CGROUP_DEVICE, ids),
                "bpf BPF_PROG_QUERY cgroup_device",
                cgroup);
        int[] programs = new int[count];
        for (int i = 0; i < count; i++) {
            programs[i] = check(libc.bpf_prog_get_fd_by_id(ids[i]), "bpf BPF_PROG_GET_FD_BY_ID", ids[i]);
        }
        return programs;
    }

    private interface Attempt {
        long result();
    }

    private int retry(Attempt attempt) {
        long result;
        do {
            result = attempt.result();
        } while (result < 0 && libc.errno() == Errno.EINTR);
        return (int) result;
    }

    /** Arguments are put into words only for a failure: this is the stages' fast path. */
    private int check(long result, String call, Object... arguments) {
        if (result < 0) {
            throw failure(call, arguments);
        }
        return (int) result;
    }

    private LinuxException failure(String call, Object... arguments) {
        int errno = libc.errno();
        StringJoiner words = new StringJoiner(", ", call + "(", ")");
        for (Object argument : arguments) {
            words.add(
                    argument instanceof String text
                            ? '"' + Printable.of(text, MAX_SHOWN) + '"'
                            : String.valueOf(argument));
        }
        return new LinuxException(words.toString(), errno);
    }

    private record CloneFlags(int flags) {
        @Override
        public String toString() {
            return CloneFlag.describe(flags);
        }
    }

    private record MountFlags(long flags) {
        @Override
        public String toString() {
            String words = MountFlag.describe(flags);
            return words.isEmpty() ? "0" : words;
        }
    }
}
