package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/** Namespaces that could not be entered yet: the user namespace that owns them is joined by a later step. */
final class DeferredJoins {

    private final List<Runnable> deferred = new ArrayList<>();

    /** Runs {@code join}; without the right to do so, it is deferred if {@code orLater}. */
    void nowOrLater(Runnable join, boolean orLater) {
        try {
            join.run();
        } catch (LinuxException e) {
            if (!orLater || e.errno() != Errno.EPERM && e.errno() != Errno.EACCES) {
                throw e;
            }
            deferred.add(join);
        }
    }

    /** Runs what was deferred, in the user namespace that has been joined. */
    void join() {
        deferred.forEach(Runnable::run);
        deferred.clear();
    }
}
