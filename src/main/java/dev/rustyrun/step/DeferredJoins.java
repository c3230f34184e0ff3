package dev.rustyrun.step;

import dev.rustyrun.linux.Errno;
import dev.rustyrun.linux.LinuxException;
import java.util.ArrayList;
import java.util.List;

/** Namespaces that cannot be entered yet, because a later step joins the user namespace that owns them. */
final class DeferredJoins {

    private final List<Runnable> deferred = new ArrayList<>();

    /** Runs {@code join}; if permission is missing and {@code orLater} is set, it is deferred. */
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

    /** Runs the deferred joins, inside the user namespace that has been joined. */
    void join() {
        deferred.forEach(Runnable::run);
        deferred.clear();
    }
}
