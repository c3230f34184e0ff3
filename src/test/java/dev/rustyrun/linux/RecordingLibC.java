package dev.rustyrun.linux;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A fake kernel that only records its calls, so that stages can be tested without root. Every call succeeds with a new
 * descriptor number unless a test makes it fail.
 */
public final class RecordingLibC {

    /** The offset of the inode number in the buffer of statx(2). */
    private static final int INODE = 32;

    private static final int NEW_LISTENER = 1 << 3;

    /** The longest wait of a poll(2) without a timeout, so that no test hangs. */
    private static final int LONGEST_WAIT_MILLIS = 1000;

    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> failures = new ConcurrentHashMap<>();
    private int lastDescriptor = 9;
    private final Map<Integer, String> written = new ConcurrentHashMap<>();
    private boolean hasWritten;

    /** The calls so far, as {@code name(argument, …)}, without arrays and structs. */
    public List<String> calls() {
        return calls;
    }

    /** All bytes written to a descriptor so far. */
    public String written(int descriptor) {
        return written.getOrDefault(descriptor, "");
    }

    /**
     * Makes every later call of {@code name} fail with {@code errno}. The name may include arguments:
     * {@code name(argument…}.
     */
    public RecordingLibC failing(String name, int errno) {
        failures.put(name, errno);
        return this;
    }

    /** Undoes {@link #failing}. */
    public RecordingLibC succeeding(String name) {
        failures.remove(name);
        return this;
    }

    /** The checked calls on this kernel. */
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
     * Makes poll(2) wait for the next write(2). A thread that waits for events would otherwise poll in a busy loop, and
     * each of its calls would be recorded.
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
                // Tests compare files by inode number only.
                byte[] statx = (byte[]) arguments[4];
                // An open file is identified by its descriptor, any other by its path.
                Object file = "".equals(arguments[1]) ? arguments[0] : arguments[1];
                statx[INODE] = (byte) String.valueOf(file).hashCode();
                yield 0;
            }
            case "seccomp" -> ((int) arguments[1] & NEW_LISTENER) != 0 ? ++lastDescriptor : 0;
            default -> 0;
        };
    }
}
