package dev.rustyrun.linux;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The real kernel, where a given call comes to nothing: an Error is thrown instead, or the kernel has no room. A stage that is
 * started is a program that ends at once.
 */
public final class FaultyLibC implements LibC {

    /** What may have no room. */
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

    /** The checked calls over this kernel. */
    public Linux linux() {
        return new Linux(this);
    }

    /** Counts from now on. The call with this number fails, once. */
    public void failAt(int number, int errnoOrError) {
        failed = "";
        errno = errnoOrError;
        fault = number;
        calls.set(0);
    }

    /** No call fails any more; the one that has, empty when there were not so many. */
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
        // A descriptor is free whatever close(2) says.
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
