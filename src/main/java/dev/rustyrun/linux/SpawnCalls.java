package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.util.ArrayList;
import java.util.List;

/** Creates processes: as copies of this one, as new programs, or by replacing this program. */
public interface SpawnCalls extends KernelCalls {

    /** Copies this process, which must have one thread; the child's process id, or 0 in the child; man 2 fork. */
    default int fork() {
        return check(libc().call("fork"), "fork");
    }

    /**
     * Copies this process; the copy is a child of this process's parent, which waits for it; 0 in the copy; man 2
     * clone, CLONE_PARENT.
     */
    default int forkSibling() {
        int flags = CloneFlag.CLONE_PARENT | Signal.SIGCHLD.number();
        return check(libc().call("clone", flags, 0, 0, 0, 0), "clone CLONE_PARENT");
    }

    /**
     * Overwrites the environment with which this process was started, so that other processes cannot read it any more
     * either.
     */
    default void clearEnvironment() {
        libc().clearEnvironment();
    }

    /** Executes {@code path} in place of this program; returns only by throwing; man 2 execve. */
    default void execute(String path, List<String> argv, List<String> env) {
        check(libc().call("execve", path, argv, env), "execve", path);
    }

    /**
     * Sets {@code limits} of this process and executes the first of {@code paths} for which that succeeds, like
     * execvp(3). There is nothing between these calls, because with these limits the process may get no more memory.
     * Returns only when no path can be executed.
     *
     * @return the error of each path that was tried, in order
     */
    default List<LinuxException> execute(
            List<String> paths, List<String> argv, List<String> env, List<ResourceLimit> limits) {
        List<LibC.Call> calls = new ArrayList<>();
        limits.forEach(limit -> calls.add(limit.call()));
        paths.forEach(path -> calls.add(new LibC.Call("execve", path, argv, env)));
        int first = limits.size();
        int[] results = libc().sequence(
                        calls,
                        (made, result) -> made < first
                                ? result == 0
                                : result == -Errno.ENOENT || result == -Errno.ENOTDIR || result == -Errno.EACCES);
        if (results.length <= first) {
            ResourceLimit refused = limits.get(results.length - 1);
            check(results[results.length - 1], "prlimit", refused.resource(), refused.soft(), refused.hard());
        }
        List<LinuxException> failures = new ArrayList<>();
        for (int i = first; i < results.length && results[i] < 0; i++) {
            failures.add(LinuxException.failure(results[i], "execve", paths.get(i - first)));
        }
        return failures;
    }

    /**
     * Executes the open file {@code fd} in place of this program; returns only by throwing; man 2 execveat,
     * AT_EMPTY_PATH.
     */
    default void executeFile(int fd, List<String> argv, List<String> env) {
        check(libc().call("execveat", fd, "", argv, env, FileFlag.AT_EMPTY_PATH), "execveat", fd);
    }

    /**
     * A new executable file in memory; close-on-exec; man 2 memfd_create. Kernels before Linux 6.3 do not know
     * MFD_EXEC.
     */
    default int executableMemory(String name) {
        int flags = FileFlag.MFD_CLOEXEC | FileFlag.MFD_EXEC;
        int result = libc().call("memfd_create", name, flags);
        if (result == -Errno.EINVAL) {
            result = libc().call("memfd_create", name, FileFlag.MFD_CLOEXEC);
        }
        return check(result, "memfd_create", name);
    }

    /**
     * Starts {@code path} with {@code passed} as its descriptor 3 and this thread's signal mask; man 3 posix_spawn.
     *
     * @param passed a descriptor, or -1 for none
     * @return the new process's id
     */
    default int spawn(String path, int passed, List<String> argv, List<String> env) {
        return spawn(path, new int[] {-1, -1, -1, passed}, argv, env);
    }

    /**
     * Starts {@code path} with {@code descriptors[n]} as its descriptor n; a negative entry keeps descriptor n of this
     * process.
     */
    default int spawn(String path, int[] descriptors, List<String> argv, List<String> env) {
        try (SpawnSettings settings = new SpawnSettings(libc())) {
            settings.duplicate(descriptors);
            return settings.spawn(path, argv, env);
        }
    }

    /**
     * Starts a command with a clean signal state that inherits no descriptors except 0, 1, 2 and those in
     * {@code stdio}; man 3 posix_spawn.
     *
     * @param stdio descriptors that become its 0, 1 and so on; a negative entry keeps the one of this process
     */
    default int spawnCommand(String path, List<String> argv, List<String> env, int... stdio) {
        try (SpawnSettings settings = new SpawnSettings(libc())) {
            settings.resetSignals();
            settings.duplicate(stdio);
            settings.closeFrom(Math.max(SpawnSettings.AFTER_STDIO, stdio.length));
            return settings.spawn(path, argv, env);
        }
    }

    /**
     * Starts {@code path} with a clean signal state and {@code descriptors[n]} as its descriptor n, and no other
     * descriptors.
     */
    default int spawnWith(String path, List<String> argv, List<String> env, int... descriptors) {
        try (SpawnSettings settings = new SpawnSettings(libc())) {
            settings.resetSignals();
            settings.duplicate(descriptors);
            settings.closeFrom(descriptors.length);
            return settings.spawn(path, argv, env);
        }
    }

    /** Starts a command with a clean signal state that inherits the descriptors below {@code firstClosed}. */
    default int spawnInheriting(String path, List<String> argv, List<String> env, int firstClosed) {
        try (SpawnSettings settings = new SpawnSettings(libc())) {
            settings.resetSignals();
            settings.closeFrom(firstClosed);
            return settings.spawn(path, argv, env);
        }
    }
}
