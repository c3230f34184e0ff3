package dev.rustyrun.linux;

import java.nio.charset.StandardCharsets;
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

    /** How long poll(2) without a time limit waits at most, so that no test hangs. */
    private static final int LONGEST_WAIT_MILLIS = 1000;

    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private int lastDescriptor = 9;
    private final Map<Integer, String> written = new ConcurrentHashMap<>();
    private boolean hasWritten;

    /** The calls so far, as {@code name(argument, …)}; arrays and structs are left out. */
    public List<String> calls() {
        return calls;
    }

    /** All that was written to a descriptor so far. */
    public String written(int descriptor) {
        return written.getOrDefault(descriptor, "");
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

    /**
     * Lets poll(2) wait for the next write(2), as a thread that waits for events would: one that found nothing at once
     * would ask again for as long as the tests take, and each of its calls would be remembered.
     */
    private void awaitWrite(String name, Object... arguments) {
        synchronized (calls) {
            if ("write".equals(name)) {
                hasWritten = true;
                calls.notifyAll();
            } else if ("poll".equals(name) && !hasWritten) {
                int millis = (int) arguments[2];
                try {
                    calls.wait(millis < 0 ? LONGEST_WAIT_MILLIS : Math.max(1, millis));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            hasWritten &= !"poll".equals(name);
        }
    }

    private int record(String name, Object... arguments) {
        List<String> words = Arrays.stream(arguments)
                .filter(a -> a == null || a instanceof Number || a instanceof String)
                .map(String::valueOf)
                .toList();
        String call = name + "(" + String.join(", ", words) + ")";
        calls.add(call);
        awaitWrite(name, arguments);
        for (Map.Entry<String, Integer> failure : failures.entrySet()) {
            if (call.startsWith(failure.getKey())) {
                return -failure.getValue();
            }
        }
        return switch (name) {
            case "open", "openat2", "open_tree", "socket", "signalfd" -> ++lastDescriptor;
            case "sendmsg" -> ((MessageHeader) arguments[1]).count();
            case "write" -> {
                Argument.Input input = (Argument.Input) arguments[1];
                String text = new String(input.array(), input.offset(), input.count(), StandardCharsets.UTF_8);
                written.merge((Integer) arguments[0], text, String::concat);
                yield input.count();
            }
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
