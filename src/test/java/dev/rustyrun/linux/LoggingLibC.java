package dev.rustyrun.linux;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The real kernel with a log of all calls: their names and the strings among their arguments. */
public final class LoggingLibC implements LibC {

    private final LibC kernel = new JffiLibC();
    private final List<String> calls = new ArrayList<>();

    /** The checked calls on this kernel. */
    public Linux linux() {
        return new Linux(this);
    }

    /** Forgets all earlier calls. */
    public void clear() {
        calls.clear();
    }

    /** The calls that contain {@code text}. */
    public List<String> calls(String text) {
        return calls.stream().filter(call -> call.contains(text)).toList();
    }

    @Override
    public int call(String name, Object... arguments) {
        calls.add(
                name + Arrays.stream(arguments).filter(String.class::isInstance).toList());
        return kernel.call(name, arguments);
    }

    @Override
    public boolean has(String name) {
        return kernel.has(name);
    }
}
