package dev.rustyrun.linux;

import java.util.List;

/**
 * Settings of a new process for posix_spawn(3): glibc's {@code posix_spawn_file_actions_t} and
 * {@code posix_spawnattr_t}. Neither contains pointers into itself, so each call may pass a copy.
 */
final class SpawnSettings implements AutoCloseable {

    /** The first descriptor after standard input, output and error. */
    static final int AFTER_STDIO = 3;

    /** At least the size of {@code posix_spawn_file_actions_t}, which is 80 bytes in 64-bit glibc. */
    private static final int FILE_ACTIONS_SIZE = 128;
    /** At least the size of {@code posix_spawnattr_t}, which is 336 bytes in 64-bit glibc. */
    private static final int ATTRIBUTES_SIZE = 512;

    private static final int POSIX_SPAWN_SETSIGDEF = 0x04;
    private static final int POSIX_SPAWN_SETSIGMASK = 0x08;

    private final LibC libc;
    private final byte[] actions = new byte[FILE_ACTIONS_SIZE];
    private final byte[] attributes = new byte[ATTRIBUTES_SIZE];

    SpawnSettings(LibC libc) {
        this.libc = libc;
        libc.call("posix_spawn_file_actions_init", actions);
        libc.call("posix_spawnattr_init", attributes);
    }

    /** Sets an empty signal mask and default signal actions: for a command, not for a stage. */
    void resetSignals() {
        int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
        libc.call("posix_spawnattr_setflags", attributes, flags);
        libc.call("posix_spawnattr_setsigmask", attributes, SignalSet.none().encode());
        libc.call("posix_spawnattr_setsigdefault", attributes, SignalSet.all().encode());
    }

    /** Makes {@code descriptors[n]} descriptor n; a negative entry changes nothing. */
    void duplicate(int... descriptors) {
        for (int n = 0; n < descriptors.length; n++) {
            if (descriptors[n] >= 0) {
                libc.call("posix_spawn_file_actions_adddup2", actions, descriptors[n], n);
            }
        }
    }

    /**
     * Closes all descriptors from {@code first} on, in the new process: a JVM opens files that are not close-on-exec
     * whenever it loads a class, and another thread may open sockets at any time. glibc supports this since 2.34; with
     * an older glibc, only the close_range calls of the callers apply.
     */
    void closeFrom(int first) {
        if (libc.has("posix_spawn_file_actions_addclosefrom_np")) {
            libc.call("posix_spawn_file_actions_addclosefrom_np", actions, first);
        }
    }

    /** Starts {@code path} and returns the new process's id. */
    int spawn(String path, List<String> argv, List<String> env) {
        int[] pid = new int[1];
        int errno = libc.call("posix_spawn", pid, path, actions, attributes, argv, env);
        if (errno != 0) {
            throw new LinuxException("posix_spawn(\"" + path + "\")", errno);
        }
        return pid[0];
    }

    @Override
    public void close() {
        libc.call("posix_spawn_file_actions_destroy", actions);
        libc.call("posix_spawnattr_destroy", attributes);
    }
}
