package dev.rustyrun.linux;

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

    /** Where statx(2) writes it. */
    private static final int INODE = 32;

    private static final int NEW_LISTENER = 1 << 3;

    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private int lastDescriptor = 9;

    /** The calls so far, as {@code name(argument, …)}; arrays and structs are left out. */
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

    /** The checked calls over this kernel. */
    public Linux linux() {
        return new Linux(new LibC() {
            @Override
            public int call(String name, Object... arguments) {
                return record(name, arguments);
            }

            @Override
            public boolean has(String name) {
                return true;
            }
        });
    }

    private int record(String name, Object... arguments) {
        List<String> words = Arrays.stream(arguments)
                .filter(a -> a == null || a instanceof Number || a instanceof String)
                .map(String::valueOf)
                .toList();
        String call = name + "(" + String.join(", ", words) + ")";
        calls.add(call);
        for (Map.Entry<String, Integer> failure : failures.entrySet()) {
            if (call.startsWith(failure.getKey())) {
                return -failure.getValue();
            }
        }
        return switch (name) {
            case "open", "openat2", "open_tree", "socket", "signalfd" -> ++lastDescriptor;
            case "sendmsg" -> ((MessageHeader) arguments[1]).count();
            case "write" -> ((Argument.Input) arguments[1]).count();
            case "statx" -> {
                // A file's number is all that tells one from another.
                byte[] statx = (byte[]) arguments[4];
                // An open file is told by its descriptor, any other by its path.
                Object file = "".equals(arguments[1]) ? arguments[0] : arguments[1];
                statx[INODE] = (byte) String.valueOf(file).hashCode();
                yield 0;
            }
            case "seccomp" -> ((int) arguments[1] & NEW_LISTENER) != 0 ? ++lastDescriptor : 0;
            default -> 0;
        };
    }
}
