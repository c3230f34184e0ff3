package dev.rustyrun.linux;

import static dev.rustyrun.linux.LinuxException.check;

import java.util.ArrayList;
import java.util.List;

/** How processes begin: as copies, as new programs, or by becoming another program. */
public interface SpawnCalls extends KernelCalls {

    /** Makes a copy of this process, which must have one thread; its process id, 0 in the copy; man 2 fork. */
    default int fork() {
        return check(libc().call("fork"), "fork");
    }

    /** Makes a copy that is a child of this process's parent, which awaits it; 0 in the copy; man 2 clone, CLONE_PARENT. */
    default int forkSibling() {
        int flags = CloneFlag.CLONE_PARENT | Signal.SIGCHLD.number();
        return check(libc().call("clone", flags, 0, 0, 0, 0), "clone CLONE_PARENT");
    }

    /** Forgets the environment that this process was started with: it cannot be read from outside any more either. */
    default void clearEnvironment() {
        libc().clearEnvironment();
    }

    /** Becomes {@code path}; returns only by throwing; man 2 execve. */
    default void execute(String path, List<String> argv, List<String> env) {
        check(libc().call("execve", path, argv, env), "execve", path);
    }

    /**
     * Sets {@code limits} of this process and becomes the first of {@code paths} that can be executed, as execvp(3) does; with
     * nothing in between, for with these limits this process may get no memory any more. Returns only when there is none.
     *
     * @return why each path that was tried, in order, cannot be executed
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

    /** Becomes the open file {@code fd}; returns only by throwing; man 2 execveat, AT_EMPTY_PATH. */
    default void executeFile(int fd, List<String> argv, List<String> env) {
        check(libc().call("execveat", fd, "", argv, env, FileFlag.AT_EMPTY_PATH), "execveat", fd);
    }

    /** A new file in memory, to execute; close-on-exec; man 2 memfd_create. MFD_EXEC is not known before Linux 6.3. */
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

    /** Starts {@code path} with {@code descriptors[n]} as its descriptor n; what is negative stays as it is. */
    default int spawn(String path, int[] descriptors, List<String> argv, List<String> env) {
        try (SpawnSettings settings = new SpawnSettings(libc())) {
            settings.duplicate(descriptors);
            return settings.spawn(path, argv, env);
        }
    }

    /**
     * Starts a command with a clean signal state and no descriptors beside 0, 1 and 2 and what it is given; man 3 posix_spawn.
     *
     * @param stdio what it gets as its descriptors 0, 1 and so on, where that is not what this process has
     */
    default int spawnCommand(String path, List<String> argv, List<String> env, int... stdio) {
        try (SpawnSettings settings = new SpawnSettings(libc())) {
            settings.resetSignals();
            settings.duplicate(stdio);
            settings.closeFrom(Math.max(SpawnSettings.AFTER_STDIO, stdio.length));
            return settings.spawn(path, argv, env);
        }
    }

    /** Starts {@code path} with a clean signal state and {@code descriptors[n]} as its descriptor n, and no others. */
    default int spawnWith(String path, List<String> argv, List<String> env, int... descriptors) {
        try (SpawnSettings settings = new SpawnSettings(libc())) {
            settings.resetSignals();
            settings.duplicate(descriptors);
            settings.closeFrom(descriptors.length);
            return settings.spawn(path, argv, env);
        }
    }

    /** Starts a command with a clean signal state, which inherits the descriptors below {@code firstClosed}. */
    default int spawnInheriting(String path, List<String> argv, List<String> env, int firstClosed) {
        try (SpawnSettings settings = new SpawnSettings(libc())) {
            settings.resetSignals();
            settings.closeFrom(firstClosed);
            return settings.spawn(path, argv, env);
        }
    }
}
