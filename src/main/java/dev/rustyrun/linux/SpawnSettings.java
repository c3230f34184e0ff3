package dev.rustyrun.linux;

import java.util.List;

/**
 * What a new process gets from posix_spawn(3): {@code posix_spawn_file_actions_t} and {@code posix_spawnattr_t} of glibc,
 * neither of which points into itself, so that each call may have a copy.
 */
final class SpawnSettings implements AutoCloseable {

    /** The first descriptor after standard input, output and error. */
    static final int AFTER_STDIO = 3;

    /** Bytes of {@code posix_spawn_file_actions_t}, on 64-bit glibc 80. */
    private static final int FILE_ACTIONS_SIZE = 128;
    /** Bytes of {@code posix_spawnattr_t}, on 64-bit glibc 336. */
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

    /** An empty signal mask and default signal actions: for a command, not for a stage. */
    void resetSignals() {
        int flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
        libc.call("posix_spawnattr_setflags", attributes, flags);
        libc.call("posix_spawnattr_setsigmask", attributes, SignalSet.none().encode());
        libc.call("posix_spawnattr_setsigdefault", attributes, SignalSet.all().encode());
    }

    /** {@code descriptors[n]} as descriptor n; what is negative stays as it is. */
    void duplicate(int... descriptors) {
        for (int n = 0; n < descriptors.length; n++) {
            if (descriptors[n] >= 0) {
                libc.call("posix_spawn_file_actions_adddup2", actions, descriptors[n], n);
            }
        }
    }

    /**
     * No descriptors from {@code first} on. They are closed in the new process and not before, for a JVM opens files of its
     * own, not all close-on-exec, whenever it loads a class, and another thread a socket. glibc has it since 2.34; before
     * that, callers' close_range is all there is.
     */
    void closeFrom(int first) {
        if (libc.has("posix_spawn_file_actions_addclosefrom_np")) {
            libc.call("posix_spawn_file_actions_addclosefrom_np", actions, first);
        }
    }

    /** Starts {@code path}; the new process's id. */
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
