package dev.rustyrun.linux;

/** {@link LibC} bound to the process's own libc. Safe for use by several threads. */
final class JffiLibC implements LibC {

    private final NativeCall calls = NativeCall.libc();

    @Override
    public int errno() {
        return calls.errno();
    }

    // Namespaces

    @Override
    public int unshare(int flags) {
        return call("unshare", flags);
    }

    @Override
    public int setns(int fd, int type) {
        return call("setns", fd, type);
    }

    @Override
    public int sethostname(String name) {
        return withName("sethostname", name);
    }

    @Override
    public int setdomainname(String name) {
        return withName("setdomainname", name);
    }

    // Mounts

    @Override
    public int mount(String source, String target, String type, long flags, String data) {
        try (NativeMemory m = new NativeMemory()) {
            return call("mount", m.string(source), m.string(target), m.string(type), flags, m.string(data));
        }
    }

    @Override
    public int umount2(String target, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            return call("umount2", m.string(target), flags);
        }
    }

    @Override
    public int pivot_root(String newRoot, String putOld) {
        try (NativeMemory m = new NativeMemory()) {
            return call("syscall", SystemCall.PIVOT_ROOT, m.string(newRoot), m.string(putOld));
        }
    }

    @Override
    public int chroot(String path) {
        return withPath("chroot", path);
    }

    @Override
    public int open_tree(int dirfd, String path, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            return call("syscall", SystemCall.OPEN_TREE, dirfd, m.string(path), flags);
        }
    }

    @Override
    public int move_mount(int fromDirfd, String fromPath, int toDirfd, String toPath, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            return call(
                    "syscall", SystemCall.MOVE_MOUNT, fromDirfd, m.string(fromPath), toDirfd, m.string(toPath), flags);
        }
    }

    @Override
    public int mount_setattr(int dirfd, String path, int flags, byte[] mountAttr) {
        try (NativeMemory m = new NativeMemory()) {
            return call(
                    "syscall",
                    SystemCall.MOUNT_SETATTR,
                    dirfd,
                    m.string(path),
                    flags,
                    m.bytes(mountAttr),
                    mountAttr.length);
        }
    }

    // Files

    @Override
    public int open(String path, int flags, int mode) {
        try (NativeMemory m = new NativeMemory()) {
            return call("open", m.string(path), flags, mode);
        }
    }

    @Override
    public int openat2(int dirfd, String path, byte[] openHow) {
        try (NativeMemory m = new NativeMemory()) {
            return call("syscall", SystemCall.OPENAT2, dirfd, m.string(path), m.bytes(openHow), openHow.length);
        }
    }

    @Override
    public int close(int fd) {
        return call("close", fd);
    }

    @Override
    public int close_range(int first, int last, int flags) {
        return call("syscall", SystemCall.CLOSE_RANGE, first, Integer.toUnsignedLong(last), flags);
    }

    @Override
    public long read(int fd, byte[] buffer, int count) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(count);
            long got = calls.call("read", fd, address, count);
            if (got > 0) {
                m.get(address, buffer, (int) got);
            }
            return got;
        }
    }

    @Override
    public long pread(int fd, byte[] buffer, int count, long offset) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(count);
            long got = calls.call("pread", fd, address, count, offset);
            if (got > 0) {
                m.get(address, buffer, (int) got);
            }
            return got;
        }
    }

    @Override
    public long write(int fd, byte[] buffer, int offset, int count) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(count);
            m.put(address, buffer, offset, count);
            return calls.call("write", fd, address, count);
        }
    }

    @Override
    public int pipe2(int[] ends, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(2 * Integer.BYTES);
            int result = call("pipe2", address, flags);
            ends[0] = m.getInt(address);
            ends[1] = m.getInt(address + Integer.BYTES);
            return result;
        }
    }

    @Override
    public int dup2(int from, int to) {
        return call("dup2", from, to);
    }

    @Override
    public int flock(int fd, int operation) {
        return call("flock", fd, operation);
    }

    @Override
    public int fcntl(int fd, int command, long argument) {
        return call("fcntl", fd, command, argument);
    }

    @Override
    public int chdir(String path) {
        return withPath("chdir", path);
    }

    @Override
    public int fchdir(int fd) {
        return call("fchdir", fd);
    }

    @Override
    public int mkdirat(int dirfd, String path, int mode) {
        try (NativeMemory m = new NativeMemory()) {
            return call("mkdirat", dirfd, m.string(path), mode);
        }
    }

    @Override
    public int unlinkat(int dirfd, String path, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            return call("unlinkat", dirfd, m.string(path), flags);
        }
    }

    @Override
    public int mknodat(int dirfd, String path, int mode, long device) {
        try (NativeMemory m = new NativeMemory()) {
            return call("mknodat", dirfd, m.string(path), mode, device);
        }
    }

    @Override
    public int symlinkat(String target, int dirfd, String path) {
        try (NativeMemory m = new NativeMemory()) {
            return call("symlinkat", m.string(target), dirfd, m.string(path));
        }
    }

    @Override
    public long getdents64(int fd, byte[] entries) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(entries.length);
            long got = calls.call("syscall", SystemCall.GETDENTS64, fd, address, entries.length);
            if (got > 0) {
                m.get(address, entries, (int) got);
            }
            return got;
        }
    }

    @Override
    public int linkat(int olddirfd, String from, int newdirfd, String to, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            return call("linkat", olddirfd, m.string(from), newdirfd, m.string(to), flags);
        }
    }

    @Override
    public long readlinkat(int dirfd, String path, byte[] buffer) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(buffer.length);
            long got = calls.call("readlinkat", dirfd, m.string(path), address, buffer.length);
            if (got > 0) {
                m.get(address, buffer, (int) got);
            }
            return got;
        }
    }

    @Override
    public int fchown(int fd, int owner, int group) {
        return call("fchown", fd, owner, group);
    }

    @Override
    public int fchownat(int dirfd, String path, int owner, int group, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            return call("fchownat", dirfd, m.string(path), owner, group, flags);
        }
    }

    @Override
    public int rename(String from, String to) {
        try (NativeMemory m = new NativeMemory()) {
            return call("rename", m.string(from), m.string(to));
        }
    }

    @Override
    public int fstatfs(int fd, byte[] statfs) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(statfs.length);
            int result = call("fstatfs", fd, address);
            m.get(address, statfs, statfs.length);
            return result;
        }
    }

    @Override
    public int fchmod(int fd, int mode) {
        return call("fchmod", fd, mode);
    }

    @Override
    public int statx(int dirfd, String path, int flags, int mask, byte[] statx) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(statx.length);
            int result = call("statx", dirfd, m.string(path), flags, mask, address);
            m.get(address, statx, statx.length);
            return result;
        }
    }

    @Override
    public int faccessat(int dirfd, String path, int mode, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            return call("faccessat", dirfd, m.string(path), mode, flags);
        }
    }

    @Override
    public int umask(int mask) {
        return call("umask", mask);
    }

    // Processes

    @Override
    public int posix_spawn(int[] pid, String path, int[] descriptors, String[] argv, String[] envp) {
        try (NativeMemory m = new NativeMemory()) {
            long actions = m.allocate(SpawnStructs.FILE_ACTIONS_SIZE);
            call("posix_spawn_file_actions_init", actions);
            for (int n = 0; n < descriptors.length; n++) {
                if (descriptors[n] >= 0) {
                    call("posix_spawn_file_actions_adddup2", actions, descriptors[n], n);
                }
            }
            int error = spawn(m, pid, path, actions, 0, argv, envp);
            call("posix_spawn_file_actions_destroy", actions);
            return error;
        }
    }

    @Override
    public int posix_spawn_command(int[] pid, String path, int[] stdio, int firstClosed, String[] argv, String[] envp) {
        try (NativeMemory m = new NativeMemory()) {
            long attributes = m.allocate(SpawnStructs.ATTRIBUTES_SIZE);
            call("posix_spawnattr_init", attributes);
            call("posix_spawnattr_setflags", attributes, SpawnStructs.COMMAND_FLAGS);
            call(
                    "posix_spawnattr_setsigmask",
                    attributes,
                    m.bytes(SignalSet.none().encode()));
            call(
                    "posix_spawnattr_setsigdefault",
                    attributes,
                    m.bytes(SignalSet.all().encode()));
            long actions = m.allocate(SpawnStructs.FILE_ACTIONS_SIZE);
            call("posix_spawn_file_actions_init", actions);
            for (int i = 0; i < stdio.length; i++) {
                if (stdio[i] >= 0) {
                    call("posix_spawn_file_actions_adddup2", actions, stdio[i], i);
                }
            }
            closeFrom(actions, firstClosed);
            int error = spawn(m, pid, path, actions, attributes, argv, envp);
            call("posix_spawn_file_actions_destroy", actions);
            call("posix_spawnattr_destroy", attributes);
            return error;
        }
    }

    /**
     * In the new process and not before, for a JVM opens files of its own, not all close-on-exec, whenever it loads a
     * class, and another thread a socket. glibc has it since 2.34; before that, callers' close_range is all there is.
     */
    private void closeFrom(long actions, int first) {
        if (calls.has("posix_spawn_file_actions_addclosefrom_np")) {
            call("posix_spawn_file_actions_addclosefrom_np", actions, first);
        }
    }

    private int spawn(
            NativeMemory m, int[] pid, String path, long actions, long attributes, String[] argv, String[] envp) {
        long id = m.allocate(Integer.BYTES);
        int error = call("posix_spawn", id, m.string(path), actions, attributes, m.strings(argv), m.strings(envp));
        pid[0] = m.getInt(id);
        return error;
    }

    @Override
    public int madvise(long address, long length, int advice) {
        return call("madvise", address, length, advice);
    }

    @Override
    public int fork() {
        return call("fork");
    }

    @Override
    public int clone(long flags) {
        return call("syscall", SystemCall.CLONE, flags, 0, 0, 0, 0);
    }

    @Override
    public int pidfd_open(int pid, int flags) {
        return call("syscall", SystemCall.PIDFD_OPEN, pid, flags);
    }

    @Override
    public int execve(String path, String[] argv, String[] envp) {
        try (NativeMemory m = new NativeMemory()) {
            return call("execve", m.string(path), m.strings(argv), m.strings(envp));
        }
    }

    @Override
    public int waitpid(int pid, int[] status, int options) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(Integer.BYTES);
            int result = call("waitpid", pid, address, options);
            status[0] = m.getInt(address);
            return result;
        }
    }

    @Override
    public int wait4(int pid, int[] status, int options, byte[] rusage) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(Integer.BYTES);
            long usage = m.allocate(rusage.length);
            int result = call("wait4", pid, address, options, usage);
            status[0] = m.getInt(address);
            m.get(usage, rusage, rusage.length);
            return result;
        }
    }

    @Override
    public int getrusage(int who, byte[] rusage) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(rusage.length);
            int result = call("getrusage", who, address);
            m.get(address, rusage, rusage.length);
            return result;
        }
    }

    @Override
    public int kill(int pid, int signal) {
        return call("kill", pid, signal);
    }

    @Override
    public void _exit(int status) {
        call("_exit", status);
    }

    @Override
    public int getpid() {
        return call("getpid");
    }

    @Override
    public int getppid() {
        return call("getppid");
    }

    @Override
    public int geteuid() {
        return call("geteuid");
    }

    @Override
    public int getegid() {
        return call("getegid");
    }

    @Override
    public int setsid() {
        return call("setsid");
    }

    @Override
    public int prctl(int option, long arg2, long arg3) {
        return call("prctl", option, arg2, arg3, 0, 0);
    }

    @Override
    public int sched_setaffinity(byte[] mask) {
        try (NativeMemory m = new NativeMemory()) {
            return call("sched_setaffinity", 0, mask.length, m.bytes(mask));
        }
    }

    @Override
    public int sched_setattr(byte[] attributes) {
        try (NativeMemory m = new NativeMemory()) {
            return call("syscall", SystemCall.SCHED_SETATTR, 0, m.bytes(attributes), 0);
        }
    }

    @Override
    public int ioprio_set(int priority) {
        return call("syscall", SystemCall.IOPRIO_SET, 1, 0, priority);
    }

    @Override
    public int set_mempolicy(int mode, byte[] nodes, long count) {
        try (NativeMemory m = new NativeMemory()) {
            return call("syscall", SystemCall.SET_MEMPOLICY, mode, m.bytes(nodes), count);
        }
    }

    @Override
    public int personality(long persona) {
        return call("personality", persona);
    }

    @Override
    public int prlimit(int resource, long soft, long hard) {
        try (NativeMemory m = new NativeMemory()) {
            long limit = m.allocate(2 * Long.BYTES);
            m.putLong(limit, soft);
            m.putLong(limit + Long.BYTES, hard);
            return call("prlimit", 0, resource, limit, 0);
        }
    }

    @Override
    public int capset(byte[] header, byte[] data) {
        try (NativeMemory m = new NativeMemory()) {
            return call("capset", m.bytes(header), m.bytes(data));
        }
    }

    @Override
    public int capget(byte[] header, byte[] data) {
        try (NativeMemory m = new NativeMemory()) {
            long got = m.allocate(CapabilityWords.SIZE);
            int result = call("capget", m.bytes(header), got);
            m.get(got, data, CapabilityWords.SIZE);
            return result;
        }
    }

    @Override
    public int setgroups(int[] groups) {
        try (NativeMemory m = new NativeMemory()) {
            return call("setgroups", groups.length, m.ints(groups));
        }
    }

    @Override
    public int setresgid(int real, int effective, int saved) {
        return call("setresgid", real, effective, saved);
    }

    @Override
    public int setresuid(int real, int effective, int saved) {
        return call("setresuid", real, effective, saved);
    }

    // Signals

    @Override
    public int sigprocmask(int how, byte[] set, byte[] old) {
        try (NativeMemory m = new NativeMemory()) {
            long before = m.allocate(SignalSet.SIZE);
            int result = call("sigprocmask", how, m.bytes(set), before);
            m.get(before, old, SignalSet.SIZE);
            return result;
        }
    }

    @Override
    public int rt_sigaction(int signal, byte[] action, byte[] old) {
        try (NativeMemory m = new NativeMemory()) {
            long before = m.allocate(SignalAction.SIZE);
            int result =
                    call("syscall", SystemCall.RT_SIGACTION, signal, m.bytes(action), before, SignalSet.KERNEL_SIZE);
            m.get(before, old, SignalAction.SIZE);
            return result;
        }
    }

    @Override
    public int signalfd(int fd, byte[] set, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            return call("signalfd", fd, m.bytes(set), flags);
        }
    }

    // Terminals

    @Override
    public int ioctl(int fd, long request, long argument) {
        return call("ioctl", fd, request, argument);
    }

    @Override
    public int ioctl(int fd, long request, byte[] struct) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.bytes(struct);
            int result = call("ioctl", fd, request, address);
            m.get(address, struct, struct.length);
            return result;
        }
    }

    // Sockets

    @Override
    public int socket(int domain, int type, int protocol) {
        return call("socket", domain, type, protocol);
    }

    @Override
    public int socketpair(int domain, int type, int protocol, int[] pair) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.allocate(2 * Integer.BYTES);
            int result = call("socketpair", domain, type, protocol, address);
            pair[0] = m.getInt(address);
            pair[1] = m.getInt(address + Integer.BYTES);
            return result;
        }
    }

    @Override
    public int connect(int socket, byte[] address) {
        try (NativeMemory m = new NativeMemory()) {
            return call("connect", socket, m.bytes(address), address.length);
        }
    }

    @Override
    public long sendmsg(int socket, byte[] data, int descriptor, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            long message = MessageHeader.sending(m, data, descriptor);
            return calls.call("sendmsg", socket, message, flags);
        }
    }

    @Override
    public long recvmsg(int socket, byte[] data, int count, int[] descriptor, int flags) {
        try (NativeMemory m = new NativeMemory()) {
            long message = MessageHeader.receiving(m, count);
            long got = calls.call("recvmsg", socket, message, flags);
            descriptor[0] = -1;
            if (got >= 0) {
                m.get(MessageHeader.dataOf(m, message), data, (int) got);
                descriptor[0] = MessageHeader.descriptorIn(m, message);
            }
            return got;
        }
    }

    @Override
    public int poll(byte[] pollfds, int count, int timeoutMillis) {
        try (NativeMemory m = new NativeMemory()) {
            long address = m.bytes(pollfds);
            int result = call("poll", address, count, timeoutMillis);
            m.get(address, pollfds, pollfds.length);
            return result;
        }
    }

    // Seccomp

    @Override
    public int seccomp_set_filter(int flags, byte[] program) {
        try (NativeMemory m = new NativeMemory()) {
            // struct sock_fprog: a 16-bit count, then at the next word the address.
            long header = m.allocate(2 * Long.BYTES);
            m.putLong(header, program.length / Linux.SOCK_FILTER_SIZE);
            m.putLong(header + Long.BYTES, m.bytes(program));
            return call("syscall", SystemCall.SECCOMP, Linux.SECCOMP_SET_MODE_FILTER, flags, header);
        }
    }

    // Programs for the kernel

    @Override
    public int bpf_prog_load(int type, byte[] instructions, String license, String name) {
        try (NativeMemory m = new NativeMemory()) {
            return bpf(
                    BpfAttributes.PROG_LOAD,
                    BpfAttributes.load(type, m.bytes(instructions), instructions.length, m.string(license), name));
        }
    }

    @Override
    public int bpf_prog_attach(int cgroup, int program, int attachType, int flags, int replaced) {
        return bpf(BpfAttributes.PROG_ATTACH, BpfAttributes.attach(cgroup, program, attachType, flags, replaced));
    }

    @Override
    public int bpf_prog_detach(int cgroup, int program, int attachType) {
        return bpf(BpfAttributes.PROG_DETACH, BpfAttributes.attach(cgroup, program, attachType, 0, -1));
    }

    @Override
    public int bpf_prog_query(int cgroup, int attachType, int[] ids) {
        try (NativeMemory m = new NativeMemory()) {
            long found = m.ints(ids);
            long attributes = m.bytes(BpfAttributes.query(cgroup, attachType, found, ids.length));
            int result = call("syscall", SystemCall.BPF, BpfAttributes.PROG_QUERY, attributes, 32);
            int count = m.getInt(attributes + BpfAttributes.QUERY_COUNT_AT);
            for (int i = 0; i < Math.min(count, ids.length); i++) {
                ids[i] = m.getInt(found + (long) i * Integer.BYTES);
            }
            return result < 0 ? result : count;
        }
    }

    @Override
    public int bpf_prog_get_fd_by_id(int id) {
        return bpf(BpfAttributes.PROG_GET_FD_BY_ID, BpfAttributes.byId(id));
    }

    private int bpf(int command, byte[] attributes) {
        try (NativeMemory m = new NativeMemory()) {
            return call("syscall", SystemCall.BPF, command, m.bytes(attributes), attributes.length);
        }
    }

    private int withName(String function, String name) {
        try (NativeMemory m = new NativeMemory()) {
            return call(function, m.string(name), name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length);
        }
    }

    private int withPath(String function, String path) {
        try (NativeMemory m = new NativeMemory()) {
            return call(function, m.string(path));
        }
    }

    private int call(String function, long... arguments) {
        return (int) calls.call(function, arguments);
    }
}
