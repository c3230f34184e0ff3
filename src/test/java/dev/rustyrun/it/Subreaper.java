package dev.rustyrun.it;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Prctl;
import java.util.Optional;

/**
 * Makes the tests' process the parent of orphaned containers until it is closed. A PID namespace only ends when all of
 * its processes have been waited for, and not every PID 1 does that for orphans.
 */
final class Subreaper implements AutoCloseable {

    private final Linux linux = Linux.host();

    Subreaper() {
        linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 1);
    }

    /** Waits for the process {@code pid} if it is an orphan; returns how it ended. */
    Optional<ChildStatus> await(int pid) {
        return linux.awaitIfChild(pid);
    }

    @Override
    public void close() {
        linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 0);
    }
}
