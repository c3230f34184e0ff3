package dev.rustyrun.linux;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A kernel that does nothing but remember what it was asked, so that stages can be tested without root. Every call
 * succeeds with the next new descriptor number, unless it was told to fail.
 */
public final class RecordingLibC {

    private static final int NEW_LISTENER = 1 << 3;

    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private int lastDescriptor = 9;
    private int errno;

    /** The calls so far, as {@code name(argument, …)}; arrays are left out. */
    public List<String> calls() {
        return calls;
    }

    /** Lets every later call of {@code name}, or of {@code name(argument…} when it has such, fail with {@code errno}. */
    public RecordingLibC failing(String name, int errno) {
        failures.put(name, errno);
        return this;
    }

    /** Takes {@link #failing} back. */
    public RecordingLibC succeeding(String name) {
        failures.remove(name);
        return this;
    }

    /** The checked facade over this kernel. */
    public Linux linux() {
        return new Linux((LibC) Proxy.newProxyInstance(
                LibC.class.getClassLoader(), new Class<?>[] {LibC.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("errno")) {
                        return errno;
                    }
                    long result = call(method.getName(), arguments == null ? new Object[0] : arguments);
                    Class<?> type = method.getReturnType();
                    return type == void.class ? null : type == long.class ? (Object) result : (Object) (int) result;
                }));
    }

    private long call(String name, Object[] arguments) {
        List<String> words = Arrays.stream(arguments)
                .filter(a -> a == null || !a.getClass().isArray())
                .map(String::valueOf)
                .toList();
        String call = name + "(" + String.join(", ", words) + ")";
        calls.add(call);
        for (Map.Entry<String, Integer> failure : failures.entrySet()) {
            if (call.startsWith(failure.getKey())) {
                errno = failure.getValue();
                return -1;
            }
        }
        return switch (name) {
            case "open", "openat2", "open_tree", "socket", "signalfd" -> ++lastDescriptor;
            case "sendmsg", "write" -> length(arguments);
            case "seccomp_set_filter" -> ((int) arguments[0] & NEW_LISTENER) != 0 ? ++lastDescriptor : 0;
            default -> 0;
        };
    }

    private static long length(Object[] arguments) {
        return Arrays.stream(arguments)
                .filter(byte[].class::isInstance)
                .mapToLong(a -> ((byte[]) a).length)
                .sum();
    }
}
