package dev.rustyrun.cgroup;

import dev.rustyrun.linux.LinuxException;

/** Freezes and thaws a v1 group; the kernel's Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst. */
final class V1Freezer {

    private static final String FROZEN = "FROZEN";
    private static final String THAWED = "THAWED";

    private final ControlFiles files;
    private final String directory;
    private final String state;

    V1Freezer(ControlFiles files, String directory) {
        this.files = files;
        this.directory = directory;
        state = directory + "/freezer.state";
    }

    /** Repeats the request, because the kernel may not reach processes that are being forked at first. */
    void freeze() {
        long deadline = System.nanoTime() + CgroupTree.PATIENCE_NANOS;
        do {
            request(FROZEN);
            if (isFrozen()) {
                return;
            }
            CgroupTree.pause(1);
        } while (System.nanoTime() < deadline);
        thaw();
        throw new CgroupException(
                "cannot freeze the cgroup " + directory + " within 2 s: a process in it waits in the kernel");
    }

    /** Thaws the group; does nothing if it no longer exists. */
    void thaw() {
        try {
            files.write(state, THAWED);
        } catch (LinuxException e) {
            if (files.exists(directory)) {
                throw CgroupException.of("cannot thaw the cgroup " + directory, e, "");
            }
        }
    }

    boolean isFrozen() {
        return files.readIfThere(state).startsWith(FROZEN);
    }

    private void request(String value) {
        try {
            files.write(state, value);
        } catch (LinuxException e) {
            throw CgroupException.of("cannot freeze the cgroup " + directory, e, "");
        }
    }
}
