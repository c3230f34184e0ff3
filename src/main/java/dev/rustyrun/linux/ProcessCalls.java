package dev.rustyrun.linux;

/** Calls that start, become, await and end processes, and that set what a process may do. */
interface ProcessCalls {

    /**
     * {@code int posix_spawn(...)}, man 3 posix_spawn: returns 0 or an errno. The new process gets {@code descriptors[n]} as
     * its descriptor n (what is negative stays as it is) and keeps the caller's signal mask.
     *
     * @param pid receives the new process's id
     */
    int posix_spawn(int[] pid, String path, int[] descriptors, String[] argv, String[] envp);

    /**
     * The same with an empty signal mask and default signal actions: for a command, not for a stage.
     *
     * @param stdio what it gets as its descriptors 0, 1 and so on; negative to keep the caller's
     * @param firstClosed from this descriptor on it gets none
     */
    int posix_spawn_command(int[] pid, String path, int[] stdio, int firstClosed, String[] argv, String[] envp);

    /** {@code int madvise(void *addr, size_t length, int advice)}, man 2 madvise. */
    int madvise(long address, long length, int advice);

    /** {@code pid_t fork(void)}, man 2 fork: 0 in the copy. */
    int fork();

    /** {@code long clone(unsigned long flags, NULL, …)}, man 2 clone, the bare system call: 0 in the copy. */
    int clone(long flags);

    /** {@code int pidfd_open(pid_t pid, unsigned int flags)}, man 2 pidfd_open, Linux 5.3. */
    int pidfd_open(int pid, int flags);

    /** {@code int execve(const char *path, char *const argv[], char *const envp[])}, man 2 execve. */
    int execve(String path, String[] argv, String[] envp);

    /** {@code pid_t waitpid(pid_t pid, int *status, int options)}, man 2 waitpid. */
    int waitpid(int pid, int[] status, int options);

    /** {@code pid_t wait4(pid_t pid, int *status, int options, struct rusage *rusage)}, man 2 wait4. */
    int wait4(int pid, int[] status, int options, byte[] rusage);

    /** {@code int getrusage(int who, struct rusage *usage)}, man 2 getrusage. */
    int getrusage(int who, byte[] rusage);

    /** {@code int kill(pid_t pid, int sig)}, man 2 kill. */
    int kill(int pid, int signal);

    /** {@code void _exit(int status)}, man 2 _exit. */
    void _exit(int status);

    /** {@code pid_t getpid(void)}, man 2 getpid. Never fails. */
    int getpid();

    /** {@code pid_t getppid(void)}, man 2 getppid. Never fails. */
    int getppid();

    /** {@code uid_t geteuid(void)}, man 2 geteuid. Never fails. */
    int geteuid();

    /** {@code gid_t getegid(void)}, man 2 getgid. Never fails. */
    int getegid();

    /** {@code pid_t setsid(void)}, man 2 setsid. */
    int setsid();

    /** {@code int prctl(int option, unsigned long arg2, arg3, 0, 0)}, man 2 prctl. */
    int prctl(int option, long arg2, long arg3);

    /** {@code int prlimit(0, int resource, const struct rlimit *new, NULL)} of this very process, man 2 getrlimit. */
    int prlimit(int resource, long soft, long hard);

    /** {@code long capget(cap_user_header_t, cap_user_data_t)}, man 2 capget, version 3. */
    int capget(byte[] header, byte[] data);

    /** {@code long capset(cap_user_header_t, const cap_user_data_t)}, man 2 capset, version 3. */
    int capset(byte[] header, byte[] data);

    /** {@code int setgroups(size_t size, const gid_t *list)}, man 2 setgroups. */
    int setgroups(int[] groups);

    /** {@code int setresgid(gid_t rgid, gid_t egid, gid_t sgid)}, man 2 setresuid. */
    int setresgid(int real, int effective, int saved);

    /** {@code int setresuid(uid_t ruid, uid_t euid, uid_t suid)}, man 2 setresuid. */
    int setresuid(int real, int effective, int saved);
}
