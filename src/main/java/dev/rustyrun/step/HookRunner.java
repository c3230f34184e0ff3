package dev.rustyrun.step;

import dev.rustyrun.linux.ChildStatus;
import dev.rustyrun.linux.Linux;
import dev.rustyrun.linux.LinuxException;
import dev.rustyrun.linux.OpenFile;
import dev.rustyrun.linux.PollSet;
import dev.rustyrun.linux.Signal;
import dev.rustyrun.spec.Hooks;
import dev.rustyrun.spec.Hooks.Hook;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Runs a hook with the container's state on its stdin and only its own environment, and kills it when its time limit is
 * over; runtime-spec config.md, "POSIX-platform Hooks".
 */
public final class HookRunner {

    private static final int MAX_OUTPUT = 4096;

    private final Linux linux;

    public HookRunner(Linux linux) {
        this.linux = linux;
    }

    /** A hook that failed; the message names it and says how it ended. */
    public static final class HookFailure extends RuntimeException {

        private static final long serialVersionUID = 1L;

        HookFailure(String message) {
            super(message);
        }
    }

    /**
     * Runs {@code hooks} of {@code kind} in order.
     *
     * @param state the container's state as JSON
     * @throws HookFailure for the first hook that fails; the remaining hooks are not run
     */
    public void runAll(String kind, List<Hook> hooks, String state) {
        for (int i = 0; i < hooks.size(); i++) {
            run(Hooks.name(kind, i), hooks.get(i), state);
        }
    }

    /**
     * Runs {@code hook} until it ends.
     *
     * @param name kind and index, for the message of a failure
     * @param state the container's state as JSON
     * @throws HookFailure when it could not be run, failed, or exceeded its time limit
     */
    public void run(String name, Hook hook, String state) {
        try {
            run(hook, state);
        } catch (HookFailure e) {
            // Engines recognize the failure of a hook by these words.
            throw new HookFailure("error running " + name + ": " + hook.path() + " " + e.getMessage());
        } catch (LinuxException e) {
            throw new HookFailure("error running " + name + ": " + hook.path() + " cannot be run: " + e.getMessage());
        }
    }

    private void run(Hook hook, String state) {
        // A program of the container must not get descriptors that this process has inherited or that a JVM has open
        // (CVE-2024-21626).
        linux.closeOnExecFrom(Connection.DESCRIPTOR);
        int[] output = linux.pipe();
        try (OpenFile reading = new OpenFile(linux, output[0]);
                HookState stdin = new HookState(linux, state)) {
            int pid;
            try (OpenFile writing = new OpenFile(linux, output[1])) {
                List<String> argv = hook.args().isEmpty() ? List.of(hook.path()) : hook.args();
                pid = linux.spawnCommand(
                        hook.path(), argv, hook.env(), stdin.reading(), writing.descriptor(), writing.descriptor());
            }
            await(hook, pid, reading.descriptor(), stdin);
        }
    }

    private void await(Hook hook, int pid, int output, HookState stdin) {
        StringBuilder text = new StringBuilder();
        boolean late = false;
        long end = hook.timeoutSeconds() == 0
                ? Long.MAX_VALUE
                : System.nanoTime() + hook.timeoutSeconds() * 1_000_000_000L;
        try (OpenFile process = new OpenFile(linux, linux.processDescriptor(pid))) {
            PollSet set = new PollSet(3);
            boolean open = true;
            boolean running = true;
            while (running) {
                set.clear();
                set.add(process.descriptor(), PollSet.POLLIN);
                if (open) {
                    set.add(output, PollSet.POLLIN);
                }
                stdin.addTo(set);
                if (!linux.poll(set, millisUntil(end))) {
                    late = true;
                    end = Long.MAX_VALUE;
                    linux.kill(pid, Signal.SIGKILL.number());
                    continue;
                }
                stdin.continueWriting(set);
                // Its output is read first; a process that it has left behind may keep the pipe open.
                open = open && (!set.found(output, PollSet.POLLIN | PollSet.POLLHUP) || read(output, text));
                running = !set.found(process.descriptor(), PollSet.POLLIN);
            }
        }
        ChildStatus ended = linux.await(pid);
        if (late) {
            throw new HookFailure("was killed: it ran longer than " + hook.timeoutSeconds() + " s");
        }
        if (ended.status() != 0) {
            throw new HookFailure(ended.describe()
                    + (text.isEmpty() ? "" : ": " + text.toString().strip().replace('\n', ' ')));
        }
    }

    private static int millisUntil(long end) {
        return end == Long.MAX_VALUE
                ? -1
                : (int) Math.max(0, Math.min(Integer.MAX_VALUE, (end - System.nanoTime()) / 1_000_000));
    }

    private boolean read(int output, StringBuilder text) {
        byte[] buffer = new byte[MAX_OUTPUT];
        int got = linux.read(output, buffer, buffer.length);
        if (got > 0 && text.length() < MAX_OUTPUT) {
            text.append(new String(buffer, 0, got, StandardCharsets.UTF_8));
        }
        return got > 0;
    }
}
