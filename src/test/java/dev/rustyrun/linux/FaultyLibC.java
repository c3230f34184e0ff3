package dev.rustyrun.linux;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The real kernel with injected faults: one given call throws an Error or fails with an errno for exhausted resources.
 * Started stages are replaced by a program that ends at once.
 */
public final class FaultyLibC implements LibC {

    /** The calls that can fail for lack of resources. */
    private static final Set<String> TAKING = Set.of(
            "open",
            "openat",
            "openat2",
            "pipe2",
            "socketpair",
            "mkdir",
            "mkdirat",
            "mknodat",
            "symlinkat",
            "sendmsg",
            "write",
            "renameat",
            "posix_spawn");

    private final LibC kernel = new JffiLibC();
    private final AtomicInteger calls = new AtomicInteger();
    private volatile int fault = Integer.MAX_VALUE;
    private volatile int errno;
    private volatile String failed = "";

    /** The checked calls on this kernel. */
    public Linux linux() {
        return new Linux(this);
    }

    /** Starts to count calls. The call with this number fails, once. */
    public void failAt(int number, int errnoOrError) {
        failed = "";
        errno = errnoOrError;
        fault = number;
        calls.set(0);
    }

    /** Ends the injection. Returns the call that failed, or an empty string if fewer calls were made. */
    public String heal() {
        fault = Integer.MAX_VALUE;
        return failed;
    }

    @Override
    public int call(String name, Object... arguments) {
        if (!fails(name)) {
            return perform(name, arguments);
        }
        failed = name
                + List.of(arguments).stream()
                        .filter(a -> a instanceof String || a instanceof Number)
                        .toList();
        if (errno > 0) {
            return name.equals("posix_spawn") ? errno : -errno;
        }
        throw new OutOfMemoryError("injected into " + failed);
    }

    private boolean fails(String name) {
        // close(2) frees the descriptor even if it fails, so an injected failure would leak it.
        boolean counts = errno > 0 ? TAKING.contains(name) : !name.equals("close");
        return counts && calls.incrementAndGet() == fault;
    }

    private int perform(String name, Object... arguments) {
        if (name.equals("posix_spawn")) {
            arguments[1] = "/bin/true";
            arguments[4] = List.of("true");
        }
        return kernel.call(name, arguments);
    }

    @Override
    public boolean has(String name) {
        return kernel.has(name);
    }
}
