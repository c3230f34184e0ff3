package dev.rustyrun.container;

import dev.rustyrun.linux.Linux;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.ArrayList;
import java.util.List;

/** The output of ps(1) for some processes. */
public final class PsOutput {

    private PsOutput() {}

    /**
     * The lines of ps(1) output for these process ids.
     *
     * @param options of ps(1)
     * @throws InvalidSpecException when ps fails, or its output has no column PID
     */
    public static String of(Linux linux, List<Integer> pids, List<String> options) {
        StringBuilder text = new StringBuilder();
        int column = -1;
        for (String line : ps(linux, options)) {
            List<String> fields = List.of(line.strip().split("\\s+"));
            if (column < 0) {
                column = fields.indexOf("PID");
                if (column < 0) {
                    throw new InvalidSpecException("ps " + String.join(" ", options) + " prints no column PID");
                }
                text.append(line).append('\n');
            } else if (column < fields.size()) {
                String pid = fields.get(column);
                if (pids.stream().anyMatch(one -> pid.equals(one.toString()))) {
                    text.append(line).append('\n');
                }
            }
        }
        return text.toString();
    }

    /** Uses spawn and a pipe instead of ProcessBuilder, because this process may have only one thread. */
    private static List<String> ps(Linux linux, List<String> options) {
        List<String> argv = new ArrayList<>(List.of("ps"));
        argv.addAll(options);
        int[] pipe = linux.pipe();
        int process = linux.spawnCommand("/bin/ps", argv, List.of(), -1, pipe[1]);
        linux.close(pipe[1]);
        String text = linux.readText(pipe[0], Integer.MAX_VALUE);
        linux.close(pipe[0]);
        if (linux.await(process).exitCode() != 0) {
            throw new InvalidSpecException("ps " + String.join(" ", options) + " failed");
        }
        return text.lines().toList();
    }
}
