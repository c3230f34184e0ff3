package dev.rustyrun.it;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.Prctl;
import java.util.Optional;

/**
 * Makes the tests' process the parent of containers that were let go, until it is closed. A PID namespace only ends when
 * somebody has waited for all that has been in it, which not every PID 1 does for orphans.
 */
final class Subreaper implements AutoCloseable {

    private final Linux linux = Linux.host();

    Subreaper() {
        linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 1);
    }

    /** Waits for the end of the process {@code pid} if it is an orphan; how it ended. */
    Optional<ChildStatus> await(int pid) {
        return linux.awaitIfChild(pid);
    }

    @Override
    public void close() {
        linux.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 0);
    }
}
